import { chmodSync } from 'node:fs';
import type * as Locate from '../../../infra/bootstrap/locate.cjs';
import { createSandbox, load } from './sandbox';
import type { Sandbox } from './sandbox';

const { inspectParts, locateProgram } = load<typeof Locate>('locate.cjs');
const { fingerprint } = load<{ fingerprint(file: string): string | undefined }>('cache.cjs');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

test('a program that is nowhere is located as undefined', () => {
  const { packageFolder, environment } = sandbox;
  expect(locateProgram('versitygw', { packageFolder, environment })).toBeUndefined();
});

test('a program in the cache is located with its version and where it came from', () => {
  const { packageFolder, environment } = sandbox;
  const file = sandbox.write('cache/bin/versitygw-1.8.0/versitygw', '');
  chmodSync(file, 0o755);
  sandbox.write(
    'cache/programs.json',
    JSON.stringify({ [file]: { version: '1.8.0', fingerprint: fingerprint(file) } }),
  );
  expect(locateProgram('versitygw', { packageFolder, environment })).toEqual({
    path: file,
    version: '1.8.0',
    source: 'built from source',
  });
});

test('every part is listed, and each missing one says what to do', () => {
  const { packageFolder, environment } = sandbox;
  const parts = inspectParts({ packageFolder, environment });
  expect(parts.map(({ name, neededFor }) => `${name}: ${neededFor.join(', ')}`)).toEqual([
    'versitygw: start, test',
    'npm packages: start, test',
    'tensorflow: start, test',
    'temporal: start, test',
    'minio: test',
    'node-22: test',
    'node-24: test',
    'node-26: test',
  ]);
  for (const { ok, fix } of parts) expect(ok || (fix ?? '').length > 0).toBe(true);
});
