import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { stopServices } from '../infra/services';
import { digitsStudy } from './support/studies';
import { waitFor } from './support/wait-for';
import { compiledFile } from './support/compiled';

/** All five stages and those that they put in, each as small as it still makes sense. */
const study = digitsStudy({
  name: 'end-to-end',
  training: { optimizer: { name: 'adam' }, epochs: 4 },
  budget: { parallelTrials: 2 },
  checkpointEverySteps: 20,
  stages: [
    { stage: 'lrRangeTest', steps: 100 },
    { stage: 'batchSizeLadder', batchSizeMax: 64 },
    { stage: 'regularizationSweep', space: { dropoutRate: { uniform: [0, 0.5] } }, trials: 3 },
    { stage: 'finalTrain', epochs: 12, replicates: 1 },
  ],
});

/** Every character that an address, a shell or a database's URI would read as something else. */
const STATE = `state #1 ?mode=memory&x=%2F%zz 'a' "b" \n é [*] $HOME ;`;

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Exit code and what it printed, once it ends. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

let folder: string;
let studyFile: string;

/** What a user's machine may say of other servers; nothing listens at port 9. */
const FOREIGN_SETTINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['http_proxy', 'https_proxy', 'all_proxy', 'grpc_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [
      name,
      'http://127.0.0.1:9',
    ]),
  ),
  NODE_USE_ENV_PROXY: '1',
  AWS_PROFILE: 'nobody',
  AWS_SESSION_TOKEN: 'of-another-account',
  AWS_REGION: 'eu-central-1',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_CA_BUNDLE: '/no/such.pem',
  TEMPORAL_NAMESPACE: 'nowhere',
  TEMPORAL_API_KEY: 'of-another-server',
  TEMPORAL_TLS: 'true',
};

/**
 * `stepwell run` as a person starts it: with none of this process's addresses, so that it brings servers of its own.
 */
function run(): Run {
  const { TEMPORAL_ADDRESS: _address, AWS_ENDPOINT_URL_S3: _endpoint, ...environment } = process.env;
  const child = spawn(
    process.execPath,
    [compiledFile('cli/main.js'), 'run', studyFile, '--json', '--folder', path.join(folder, STATE)],
    {
      env: { ...environment, ...FOREIGN_SETTINGS },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, said: () => stderr, ended };
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-end-to-end-'));
  studyFile = path.join(folder, 'study.yaml');
  writeFileSync(studyFile, stringify(study));
});

afterAll(async () => {
  await stopServices(path.join(folder, STATE));
  rmSync(folder, { recursive: true, force: true });
});

test('a study whose command is killed in the middle goes on when the command is run again, through all stages to a model', async () => {
  const killed = run();
  await waitFor('the ladder begins', () => {
    if (killed.child.exitCode !== null)
      throw new Error(`the command ended by itself with code ${killed.child.exitCode}\n${killed.said()}`);
    return killed.said().includes('batch-size-ladder begins') ? true : undefined;
  });
  killed.child.kill('SIGKILL');
  await killed.ended;
  const { code, stdout, stderr } = await run().ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ studyId: 'end-to-end', status: 'completed' });
  expect(result.decisions.map(({ stage }: { stage: string }) => stage)).toEqual([
    'lrRangeTest',
    'lrRetest',
    'batchSizeLadder',
    'lrRetest',
    'batchSizeLadder',
    'lrRetest',
    'regularizationSweep',
    'finalTrain',
  ]);
  for (const { because, hparams } of result.decisions) {
    expect(because.length).toBeGreaterThan(20);
    expect(hparams.learningRate).toBeGreaterThan(0);
  }
  expect(result.test.values.accuracy).toBeGreaterThan(0.9);
  const onDisk = (uri: string): string => path.join(folder, STATE, 's3', uri.replace('s3://', ''));
  expect(readFileSync(onDisk(result.report.uri), 'utf8')).toContain('end-to-end');
  expect(existsSync(path.join(onDisk(result.model.uri), 'model.json'))).toBe(true);
}, 300_000);
