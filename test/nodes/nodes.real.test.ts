/**
 * Every supported version of Node answers as the one that runs the tests: the study language, decisions, a training, a
 * whole small study on embedded services, and the replay of recorded histories.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { stopServices } from '../../infra/services';
import type { StudyRecord, StudyResult } from '../../workflows/words/progress';
import { compiledFile } from '../support/compiled';
import { digitsStudy } from '../support/studies';
import type { Answers } from './answers';

const {
  locateProgram,
}: typeof import('../../infra/bootstrap/locate.cjs') = require('../../infra/bootstrap/locate.cjs');

const STUDY = digitsStudy({
  name: 'on-a-node',
  model: { preset: 'lenet5' },
  training: { optimizer: { name: 'adam' }, epochs: 2 },
  reproducible: true,
  stages: [
    { stage: 'lrRangeTest', steps: 50 },
    {
      stage: 'regularizationSweep',
      space: { weightDecay: { logUniform: [1e-6, 1e-2] } },
      sampler: { name: 'tpe', startupTrials: 2 },
      trials: 3,
      replicateTop: 1,
      replicates: 1,
    },
    { stage: 'finalTrain', epochs: 2, replicates: 1 },
  ],
});

/** What a study ends with, without what depends on the clock or on the machine. */
interface Ending {
  readonly decisions: readonly object[];
  readonly test: unknown;
  readonly weights: string | undefined;
  readonly warnings: readonly string[];
}

interface Everything {
  readonly answers: Answers;
  readonly ending: Ending;
}

let folder: string;
let here: Everything;

/** Runs a script of ours on a Node and resolves to what it printed. @throws Error with its last words. */
async function run(
  node: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { TEMPORAL_ADDRESS: _address, AWS_ENDPOINT_URL_S3: _endpoint, ...environment } = process.env;
  const child = spawn(node, args, {
    env: { ...environment, STEPWELL_TRAINING_SLOTS: '1', STEPWELL_TRAINER_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${node} ${args.join(' ')} ended with ${String(code)}: ${said.stderr.slice(-4000)}`);
  return said;
}

/** `stepwell run` as a person starts it, with servers and workers of its own. */
async function study(node: string, state: string): Promise<Ending> {
  const file = path.join(folder, 'study.yaml');
  try {
    const { stdout, stderr } = await run(node, [compiledFile('cli/main.js'), 'run', file, '--json', '--folder', state]);
    const { decisions, test, report } = JSON.parse(stdout) as StudyResult;
    const record = path.join(state, 's3', path.dirname(String(report?.uri).replace('s3://', '')), 'study.json');
    const { final } = JSON.parse(readFileSync(record, 'utf8')) as StudyRecord;
    const logs = readdirSync(state).filter((name) => name.endsWith('.log'));
    const written = [stderr, ...logs.map((name) => readFileSync(path.join(state, name), 'utf8'))].join('\n');
    return {
      decisions: decisions.map(({ stageId, hparams, because }) => ({ stageId, hparams, because })),
      test,
      weights: final?.weights?.sha256,
      warnings: written.match(/^.*Warning.*$/gm) ?? [],
    };
  } finally {
    await stopServices(state);
  }
}

async function everythingOn(node: string, name: string): Promise<Everything> {
  const both = [
    run(node, ['--import', 'tsx', path.join(__dirname, 'answers.ts'), compiledFile('workflow-bundle.js')]),
    study(node, path.join(folder, name)),
  ] as const;
  // Of two, one that fails must not leave the other running.
  await Promise.allSettled(both);
  const [{ stdout, stderr }, ending] = await Promise.all(both);
  expect(stderr).not.toContain('Warning');
  return { answers: JSON.parse(stdout) as Answers, ending };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-nodes-'));
  writeFileSync(path.join(folder, 'study.yaml'), stringify(STUDY));
  here = await everythingOn(process.execPath, 'here');
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['22', '24', '26'] as const)('Node %s', (major) => {
  let there: Everything;

  beforeAll(async () => {
    const program = locateProgram(`node-${major}`);
    if (program === undefined) throw new Error(`Node ${major} is not on this machine; get it with npm run bootstrap`);
    there = await everythingOn(program.path, major);
    expect(there.answers.node).toBe(`v${program.version}`);
  }, 300_000);

  test('reads the study language alike, and finds the same mistakes', () => {
    expect(there.answers.language).toEqual(here.answers.language);
  });

  test('decides alike, to the last bit', () => {
    expect(there.answers.decisions).toEqual(here.answers.decisions);
  });

  test('trains to the same bits, without a warning', () => {
    expect(there.answers.training).toEqual({ ...here.answers.training, warnings: [] });
  });

  test('replays every recorded study', () => {
    expect(there.answers.replayed).toEqual(here.answers.replayed);
    expect(there.answers.replayed.length).toBeGreaterThan(0);
  });

  test('runs a whole study to the same answer and the same weights, without a warning', () => {
    expect(there.ending.weights).toMatch(/^[0-9a-f]{64}$/);
    expect(there.ending).toEqual({ ...here.ending, warnings: [] });
  });
});
