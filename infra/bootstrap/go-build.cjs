'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { provideGo } = require('./go-toolchain.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { runCommand } = require('./run-command.cjs');

const PROGRAM_BYTES = 5e8;

/**
 * Builds a program from its published Go module and puts it into `folder`. Go checks every module against its checksum
 * database; the program's own is checked against the pinned sum as well, which also holds where that database is
 * switched off.
 */
async function buildWithGo(context, { name, pin, folder }) {
  requireFreeSpace(context.cacheFolder, PROGRAM_BYTES);
  const go = await provideGo(context, { name, minimum: pin.goMinimum });
  const work = createWorkFolder(context);
  try {
    await requireModule(context, go, { name, pin, work });
    await install(context, go, { pin, work });
    publish(path.join(work, 'bin'), folder);
  } catch (error) {
    throw asPartUnavailable(
      error,
      `put ${name} on PATH, or see ${context.failureLog} in ${context.cacheFolder}, and run this again`,
    );
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

async function requireModule(context, go, { name, pin, work }) {
  context.progress.doing(`downloading ${pin.module} ${pin.version}`);
  const stdout = await runCommand(context, go.command, ['mod', 'download', '-json', `${pin.module}@${pin.version}`], {
    cwd: work,
    environment: { ...go.environment, GO111MODULE: 'on' },
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
    go.command,
    [
      'install',
      '-v',
      `-ldflags=-s -w ${pin.linkerFlags}`,
      path.posix.join(pin.module, pin.package) + `@${pin.version}`,
    ],
    {
      cwd: work,
      environment: { ...go.environment, GO111MODULE: 'on', GOBIN: path.join(work, 'bin'), GOTMPDIR: work },
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

module.exports = { buildWithGo };
