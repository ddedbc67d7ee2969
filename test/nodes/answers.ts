/**
 * What one Node says to the same questions, as JSON on standard output: run by nodes.real.test.ts with the program of
 * each version. The argument is the file of a workflow bundle.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { parse } from 'yaml';
import { parseStudy } from '../../workflows/spec';
import { planStudy } from '../../workflows/planning/simulate';
import { digitsJob, ForkedTrainer, packedDigits, tensorBits } from '../support/trainer';
import { decisionDigests } from './decisions';

const PROJECT = path.resolve(__dirname, '../..');
const HISTORIES = path.join(PROJECT, 'test/replay/histories');

export interface Answers {
  readonly node: string;
  /** Plans of the examples, and what is wrong with a study that is. */
  readonly language: unknown;
  /** Hashes of decisions by what was asked. */
  readonly decisions: Readonly<Record<string, string>>;
  /** Of a trainer process: its engine, the hash of its weights, and warnings of Node that it wrote. */
  readonly training: { readonly engine: string; readonly weights: string; readonly warnings: readonly string[] };
  /** The recorded studies that the workflow code replayed. */
  readonly replayed: readonly string[];
}

function language(): unknown {
  const folder = path.join(PROJECT, 'examples');
  const facts = { trainExamples: 1150, validationExamples: 287, testExamples: 360, classes: 10 };
  const examples = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const plans = examples.map((file) => {
    const parsed = parseStudy(parse(readFileSync(path.join(folder, file), 'utf8')));
    if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
    return [file, planStudy(parsed.study, facts)];
  });
  const broken = parseStudy({
    name: 'A b',
    seed: -1,
    stages: [{ stage: 'lrRangeTest', steps: 0 }, { stage: 'sweeep' }],
  });
  return { plans, problems: broken.ok ? [] : broken.problems };
}

async function training(): Promise<Answers['training']> {
  const trainer = await ForkedTrainer.start();
  const hparams = { dropoutRate: 0.2, flip: 0.5, rotation: 10, mixup: 0.2 };
  const evaluate = { validation: 'end', test: true } as const;
  const trial = { limit: { steps: 12 }, hparams, evaluate, exportModel: true };
  trainer.send({ type: 'start', job: digitsJob(await packedDigits(), { trial }) });
  const { report } = await trainer.next('finished');
  await trainer.kill();
  const weights = createHash('sha256').update(JSON.stringify([...tensorBits(report.weightsPath ?? '')]));
  const warnings = trainer.said().match(/^.*Warning.*$/gm) ?? [];
  return { engine: trainer.engine, weights: weights.digest('hex'), warnings };
}

async function replay(codePath: string): Promise<readonly string[]> {
  const names = readdirSync(HISTORIES).sort();
  for (const name of names) {
    const history: unknown = JSON.parse(readFileSync(path.join(HISTORIES, name), 'utf8'));
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, `study/${path.basename(name, '.json')}`);
  }
  return names;
}

async function main(): Promise<void> {
  const answers: Answers = {
    node: process.version,
    language: language(),
    decisions: decisionDigests(),
    training: await training(),
    replayed: await replay(process.argv[2] ?? ''),
  };
  process.stdout.write(JSON.stringify(answers));
}

void main();
