import manifest from '../../../package.json';
import { createSandbox, load } from './sandbox';

const { bootstrap, readPurpose } = load<{
  bootstrap(args: readonly string[], settings: object): Promise<number>;
  readPurpose(args: readonly string[]): string | undefined;
}>('bootstrap.cjs');
const { ownershipFix } = load<{
  ownershipFix(context: { packageFolder: string; isCheckout: boolean }): string | undefined;
}>('context.cjs');
const { judgeNode } = load<{ judgeNode(version: string): { problem?: string; warning?: string } }>('node-version.cjs');

test.each([
  [[], 'start'],
  [['--for', 'start'], 'start'],
  [['--for=test'], 'test'],
])('%j asks for %s', (args, purpose) => {
  expect(readPurpose(args)).toBe(purpose);
});

test.each([[['--for']], [['--for', 'lunch']], [['--for=']], [['start']], [['--for', 'start', 'now']]])(
  '%j is refused',
  (args) => {
    expect(readPurpose(args)).toBeUndefined();
  },
);

test('wrong arguments end with code 2 and the usage', async () => {
  const said: string[] = [];
  expect(await bootstrap(['--for', 'lunch'], { output: { write: (text: string) => said.push(text) } })).toBe(2);
  expect(said).toEqual(['usage: bootstrap [--for start|test], got --for lunch\n']);
});

test.each(['20.19.0', '20.20.2', '22.21.1', '24.1.0', '26.9.1'])('Node %s is taken without a word', (version) => {
  expect(judgeNode(version)).toEqual({});
});

test.each(['18.20.0', '20.18.3'])('Node %s is refused, and the message says which Node will do', (version) => {
  expect(judgeNode(version)).toEqual({
    problem: `Node must be version 20.19 or later, got ${version}; use Node 20.19 to 26`,
  });
});

test.each(['27.0.0', '28.1.0'])('Node %s, newer than what was tried, is taken with a warning', (version) => {
  expect(judgeNode(version)).toEqual({
    warning: `Node ${version} is newer than those that were tried; if something fails, use Node 20.19 to 26`,
  });
});

test('the package asks for the versions of Node that the bootstrap takes', () => {
  expect(manifest.engines.node).toBe('>=20.19 <27');
});

test('a cache folder of the system is refused before anything is made there', async () => {
  const said: string[] = [];
  const settings = {
    environment: { STEPWELL_CACHE: '/proc/none/cache' },
    output: { write: (text: string) => said.push(text) },
  };
  expect(await bootstrap(['--for', 'start'], settings)).toBe(1);
  expect(said).toEqual([
    "cache folder /proc/none/cache is the system's own; set STEPWELL_CACHE to a folder that you can write to\n",
  ]);
});

test('a cache folder that Go would take for two is refused at once', async () => {
  const said: string[] = [];
  const settings = {
    environment: { STEPWELL_CACHE: '/tmp/a:b' },
    output: { write: (text: string) => said.push(text) },
  };
  expect(await bootstrap(['--for', 'start'], settings)).toBe(1);
  expect(said).toEqual([
    'cache folder "/tmp/a:b" cannot be used: Go takes no folder with ":" in its name; set STEPWELL_CACHE to another\n',
  ]);
});

test("in another user's checkout, what helps is a folder of one's own", () => {
  expect(ownershipFix({ packageFolder: '/proc/1', isCheckout: true })).toBe(
    '/proc/1 belongs to another user: clone it into a folder of your own, or let that user run this with STEPWELL_CACHE set to a folder that both can read',
  );
  const sandbox = createSandbox();
  expect(ownershipFix({ packageFolder: sandbox.packageFolder, isCheckout: true })).toBeUndefined();
  sandbox.remove();
});

test('a cache folder that cannot be made is one sentence, not a stack trace', async () => {
  const sandbox = createSandbox();
  try {
    const file = sandbox.write('file', '');
    const settings = {
      packageFolder: sandbox.packageFolder,
      environment: { ...sandbox.environment, STEPWELL_CACHE: `${file}/cache` },
      output: { write: (text: string) => sandbox.said.push(text) },
    };
    expect(await bootstrap(['--for', 'start'], settings)).toBe(1);
    expect(sandbox.said.join('')).toMatch(
      /^bootstrap failed \[cache=.*\]: ENOTDIR.*; set STEPWELL_CACHE to a folder that you can write to\n$/,
    );
  } finally {
    sandbox.remove();
  }
});
