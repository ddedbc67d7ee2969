/**
 * Whether other programs read what `stepwell export` writes: Optuna opens both of its storages, pyarrow the Parquet
 * file.
 *
 * node --import tsx bench/interchange/main.ts
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TRIAL_FORMATS } from '../../activities/interchange/formats';
import { SAMPLE } from '../../test/activities/interchange/sample-study';
import { pythonWith } from '../python';

async function main(): Promise<void> {
  const python = pythonWith('bench-interchange', path.join(__dirname, 'requirements.txt'));
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-interchange-'));
  for (const [name, { extension, write }] of Object.entries(TRIAL_FORMATS))
    writeFileSync(path.join(folder, `${name}${extension}`), await write(SAMPLE));
  process.stdout.write(execFileSync(python, [path.join(__dirname, 'check.py'), folder], { encoding: 'utf8' }));
}

void main();
