import { spawnSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CARRIED_PACKAGE } from '../../infra/build/carried-package';
import manifest from '../../package.json';
import { PROJECT } from '../support/source-tree';

/** Not part of a checkout, or not of the package's making. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', '.git', '.stepwell', 'test']);

const ENTRIES = Object.keys(manifest.exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => entry.replace(/^\./, manifest.name));

const CONSUMER = `
import { defineStudy, parseStudy } from 'stepwell';
import type { StudyInput, StudyResult } from 'stepwell';
import { createStudyActivities } from 'stepwell/activities';
import { connectClient, startStudy } from 'stepwell/client';
import * as analysis from 'stepwell/analysis';
import * as search from 'stepwell/search';
import { tuneStudy } from 'stepwell/workflows';

const study: StudyInput = defineStudy({ name: 'mine', dataset: { format: 'idx', uri: 's3://images/mine' }, model: { preset: 'lenet5' }, stages: [{ stage: 'finalTrain' }] });
export const run = async (): Promise<StudyResult> => (await startStudy(await connectClient(), { name: study.name, study, taskQueuePrefix: '' })).result();
export const known: readonly object[] = [analysis, search, createStudyActivities, tuneStudy];
// @ts-expect-error a misspelt option is a type error
defineStudy({ ...study, stages: [{ stage: 'finalTrain', epoch: 3 }] });
export const problems: number = ((result) => (result.ok ? 0 : result.problems.length))(parseStudy(study));
`;

let folder = '';
let project = '';

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(cwd: string, command: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...process.env, npm_config_update_notifier: 'false', NODE_OPTIONS: '' },
  });
  return { status, stdout, stderr };
}

function mustRun(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = run(cwd, command, ...args);
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Builds and packs a copy of the checkout, so that nobody's `dist` is touched. @returns the tarball. */
function packed(): string {
  const checkout = path.join(folder, 'checkout');
  cpSync(PROJECT, checkout, { recursive: true, filter: (source) => !LEFT_OUT.has(path.relative(PROJECT, source)) });
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(checkout, 'node_modules'));
  mkdirSync(path.join(checkout, 'dist'));
  writeFileSync(path.join(checkout, 'dist', 'left-over.js'), '');
  mustRun(checkout, process.execPath, '--import', 'tsx', 'infra/build/main.ts');
  const [{ filename }] = JSON.parse(
    mustRun(checkout, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  ) as [{ filename: string }];
  return path.join(folder, filename);
}

/**
 * What `npm install <tarball>` leaves, without a registry: the package, its declared dependencies and nothing more, its
 * command.
 */
function install(tarball: string): void {
  const modules = path.join(project, 'node_modules');
  const home = path.join(modules, manifest.name);
  mkdirSync(path.join(modules, '.bin'), { recursive: true });
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  mkdirSync(home);
  mustRun(project, 'tar', '-xzf', tarball, '-C', home, '--strip-components=1');
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(realpathSync(path.join(PROJECT, 'node_modules', name)), path.join(modules, name));
  }
  const command = path.join(home, manifest.bin.stepwell);
  chmodSync(command, 0o755);
  symlinkSync(command, path.join(modules, '.bin', 'stepwell'));
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'stepwell-package-')));
  project = path.join(folder, 'project');
  install(packed());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package, installed into an empty project', () => {
  const inPackage = (...parts: readonly string[]): string =>
    path.join(project, 'node_modules', manifest.name, ...parts);

  it('gives a working npx stepwell', () => {
    expect(mustRun(project, 'npx', '--no-install', 'stepwell', '--version').trim()).toBe(manifest.version);
    expect(
      mustRun(project, 'npx', '--no-install', 'stepwell', 'validate', inPackage('examples', 'digits.yaml')),
    ).toContain('is a valid study: digits');
  });

  it('reads a study in TypeScript', () => {
    const study =
      "{ name: 'typed', dataset: { format: 'idx', uri: 's3://images/mine' }, model: { preset: 'lenet5' }, stages: [{ stage: 'finalTrain' }] }";
    writeFileSync(
      path.join(project, 'study.ts'),
      `import { defineStudy } from 'stepwell';\nexport default defineStudy(${study});\n`,
    );
    expect(mustRun(project, 'npx', '--no-install', 'stepwell', 'validate', 'study.ts')).toContain(
      'is a valid study: typed',
    );
  });

  it('tells a mistake in a study in one sentence, with exit code 2', () => {
    writeFileSync(
      path.join(project, 'study.yaml'),
      readFileSync(inPackage('examples', 'digits.yaml'), 'utf8')
        .replace('batchSizeMax', 'batchSizeMaks')
        .replace('data/digits', inPackage('examples', 'data', 'digits')),
    );
    const { status, stderr } = run(project, 'npx', '--no-install', 'stepwell', 'validate');
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('batchSizeMaks') as string });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each(ENTRIES)('gives %s to require and to import, without loading TensorFlow', (entry) => {
    const script = `const kept = require('${entry}'); import('${entry}').then((imported) => console.log(JSON.stringify({
      names: Object.keys(kept).length, same: Object.keys(kept).every((name) => imported[name] === kept[name]),
      tensorflow: Object.keys(require.cache).filter((file) => file.includes('@tensorflow')).length })))`;
    expect(JSON.parse(mustRun(project, process.execPath, '-e', script))).toEqual({
      names: expect.any(Number) as number,
      same: true,
      tensorflow: 0,
    });
  });

  it('has a prebuilt workflow bundle that a worker loads', () => {
    const script = `const { DefaultLogger, Runtime, Worker } = require('@temporalio/worker');
      Runtime.install({ logger: new DefaultLogger('WARN') });
      (async () => { for await (const replayed of Worker.runReplayHistories({ workflowBundle: { codePath: process.argv[1] } }, [])) throw replayed.error; })()`;
    expect(run(project, process.execPath, '-e', script, inPackage('dist', 'workflow-bundle.js'))).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('carries what npm could not install, without its scripts, and declares all that its code requires', () => {
    const home = inPackage('dist', 'node_modules', CARRIED_PACKAGE);
    expect(JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'))).not.toHaveProperty('scripts');
    expect(existsSync(path.join(home, 'binding.gyp'))).toBe(true);
    const required = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [
        ...readFileSync(path.join(home, file), 'utf8').matchAll(/^(?!\s*\*).*\brequire\(['"]([^.'"][^'"]*)/gm),
      ])
      .map(([, name = '']) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '')
      .filter((name) => !isBuiltin(name));
    expect([...new Set(required)].filter((name) => !(name in manifest.dependencies))).toEqual([]);
    expect(manifest.dependencies).not.toHaveProperty([CARRIED_PACKAGE]);
  });

  it('gives types to a strict consumer in both kinds of module', () => {
    writeFileSync(path.join(project, 'consumer.cts'), CONSUMER);
    writeFileSync(path.join(project, 'consumer.mts'), CONSUMER);
    const compilerOptions = {
      strict: true,
      module: 'node16',
      moduleResolution: 'node16',
      target: 'es2022',
      noEmit: true,
      skipLibCheck: true,
      exactOptionalPropertyTypes: true,
      types: ['node'],
    };
    writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['consumer.*'] }));
    expect(
      run(project, process.execPath, path.join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'),
    ).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('holds what it needs to run and no leftovers, tests or paths of where it was built', () => {
    for (const file of [
      'dist/workflow-bundle.js',
      'dist/study.schema.json',
      'dist/activities/training/main.js',
      'infra/bootstrap/main.mjs',
      'infra/bootstrap/versions.json',
      'LICENSE',
      'README.md',
    ]) {
      expect([file, existsSync(inPackage(file))]).toEqual([file, true]);
    }
    const files = readdirSync(inPackage(), { recursive: true, encoding: 'utf8' }).filter((file) =>
      statSync(inPackage(file)).isFile(),
    );
    expect(
      files.filter(
        (file) =>
          /left-over|\.test\.|^test|^dist\/(test|bench|examples)\/|(?<!\.d)\.ts$/.test(file) &&
          !file.startsWith('examples/'),
      ),
    ).toEqual([]);
    const bundle = readFileSync(inPackage('dist/workflow-bundle.js'), 'utf8');
    const sourceMap = Buffer.from(bundle.slice(bundle.lastIndexOf('base64,') + 'base64,'.length), 'base64').toString(
      'utf8',
    );
    // Not toContain: its message would hold megabytes.
    expect([bundle, sourceMap].map((text) => text.includes(folder))).toEqual([false, false]);
    expect((JSON.parse(sourceMap) as { readonly sources: readonly string[] }).sources).toContain(
      'stepwell/dist/workflows/driver/tune-study.js',
    );
  });
});
