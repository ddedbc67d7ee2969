'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { compareVersions } = require('./compare-versions.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath, runCommand } = require('./run-command.cjs');

/** What the largest of the three takes in Go's own caches, with room to spare, and the program itself. */
const GO_CACHE_BYTES = 3e9;
const PROGRAM_BYTES = 5e8;

/**
 * Builds a program from its published Go module and puts it into `folder`. Go checks every module against its checksum
 * database; the program's own is checked against the pinned sum as well, which also holds where that database is switched off.
 */
async function buildWithGo(context, { name, pin, folder }) {
  const go = await findGo(context, { name, pin });
  const work = createWorkFolder(context);
  try {
    await requireModule(context, go, { name, pin, work });
    await install(context, go, { pin, work });
    publish(path.join(work, 'bin'), folder);
  } catch (error) {
    throw asPartUnavailable(
      error,
      `put ${name} on PATH, or see last-failure.log in ${context.cacheFolder}, and run this again`,
    );
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** The go command, once it is certain that it is there, new enough and has room to work. */
async function findGo(context, { name, pin }) {
  const go = findOnPath(context, 'go');
  const fix = `install Go ${pin.goMinimum} or later, or put ${name} on PATH, and run this again`;
  if (go === undefined) throw new PartUnavailable({ problem: `neither ${name} nor go, to build it, is on PATH`, fix });
  const printed = await askCommand(context, go, ['env', '-json', 'GOVERSION', 'GOTOOLCHAIN', 'GOCACHE', 'GOMODCACHE']);
  if (printed === undefined) throw new PartUnavailable({ problem: `${go} does not run`, fix });
  const { GOVERSION: version, GOTOOLCHAIN: toolchain, GOCACHE: cache, GOMODCACHE: modules } = JSON.parse(printed);
  const problem = goProblem({ version, toolchain, minimum: pin.goMinimum });
  if (problem !== undefined) throw new PartUnavailable({ problem, fix });
  requireFreeSpace(context.cacheFolder, PROGRAM_BYTES);
  for (const folder of [cache, modules]) requireFreeSpace(folder, GO_CACHE_BYTES / 2);
  return go;
}

/** Why this Go cannot build the program. Since 1.21 an older Go fetches the one it needs, unless GOTOOLCHAIN forbids it. */
function goProblem({ version, toolchain, minimum }) {
  const number = /^go(\d+\.\d+(?:\.\d+)?)/.exec(version)?.[1];
  if (number === undefined || compareVersions(number, minimum) >= 0) return undefined;
  if (compareVersions(number, '1.21') >= 0 && toolchain.endsWith('auto')) return undefined;
  return `Go must be version ${minimum} or later, got ${number}`;
}

async function requireModule(context, go, { name, pin, work }) {
  context.progress.doing(`downloading ${pin.module} ${pin.version}`);
  const stdout = await runCommand(context, go, ['mod', 'download', '-json', `${pin.module}@${pin.version}`], {
    cwd: work,
    environment: { GO111MODULE: 'on' },
  });
  const { Sum: sum } = JSON.parse(stdout);
  if (sum === pin.sum) return;
  throw new PartUnavailable({
    problem: `the module of ${name} has the wrong checksum: ${pin.sum} expected, got ${sum}`,
    fix: 'check the module proxy that GOPROXY names, run go clean -modcache, and run this again',
  });
}

async function install(context, go, { pin, work }) {
  context.progress.doing(`building ${pin.version} with go`);
  const counts = { downloaded: 0, compiled: 0 };
  await runCommand(
    context,
    go,
    [
      'install',
      '-v',
      `-ldflags=-s -w ${pin.linkerFlags}`,
      path.posix.join(pin.module, pin.package) + `@${pin.version}`,
    ],
    {
      cwd: work,
      environment: { GO111MODULE: 'on', GOBIN: path.join(work, 'bin'), GOTMPDIR: work },
      isNoise: (line) => isPackage(line) || line.startsWith('go: downloading'),
      onLine: (line) => {
        const module = /^go: downloading (\S+)/.exec(line)?.[1];
        if (module !== undefined) context.progress.detail(`${++counts.downloaded} modules downloaded, now ${module}`);
        else if (isPackage(line)) context.progress.detail(`${++counts.compiled} packages compiled, now ${line}`);
      },
    },
  );
}

/** `go install -v` prints the import path of each package that it compiles, alone on its line. */
const isPackage = (line) => /^[\w.~-]+(\/[\w.~-]+)*$/.test(line);

module.exports = { buildWithGo, goProblem };
