import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { CommandError } from '../failure';

export function bootstrap(program: Command): void {
  program
    .command('bootstrap')
    .description('bring what running needs and npm does not: the Temporal server, the S3 server, TensorFlow')
    .action(async () => {
      const code = await new Promise<number | null>((resolve, reject) => {
        const child = spawn(process.execPath, [script(), '--for', 'start'], { stdio: 'inherit' });
        child.once('error', reject);
        child.once('exit', resolve);
      });
      if (code !== 0)
        throw new CommandError(
          'bootstrap did not bring every part; what to do is said above',
          code === 130 || code === null ? 'interrupted' : 'environment',
          'PartUnavailable',
        );
    });
}

/** It lies beside the sources, and in a package beside `dist/`. */
function script(): string {
  const places = ['../..', '../../..'].map((up) => path.join(__dirname, up, 'infra', 'bootstrap', 'main.mjs'));
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new CommandError(
      `the bootstrap is missing from this package; looked for ${places.join(' and ')}`,
      'environment',
      'PartUnavailable',
    );
  return found;
}
