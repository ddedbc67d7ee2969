'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { readJson } = require('./cache.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { findOnPath, runCommand } = require('./run-command.cjs');

// Types and the compiler are development packages and native parts optional ones: a user's `omit` setting must not drop
// them.
const OPTIONS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=http'];
const FETCH = /^npm http \S+ \S* ?(?:\d+ )?\S*?\/((?:@[^/]+(?:\/|%2f))?[^/]+)\/-\//i;

const lockFile = (context) => path.join(context.packageFolder, 'package-lock.json');

/**
 * Compares what npm noted at the end of its last installation with the lock file, so that a user's own `npm ci` counts
 * too.
 */
function inspect(context) {
  const own = readJson(path.join(context.packageFolder, 'package.json'));
  if (!context.isCheckout) return { ok: true, version: own?.version, source: 'installed package' };
  const locked = readJson(lockFile(context))?.packages ?? {};
  const installed = readJson(path.join(context.packageFolder, 'node_modules/.package-lock.json'))?.packages ?? {};
  const difference = firstDifference(locked, installed, (folder) =>
    fs.existsSync(path.join(context.packageFolder, folder, 'package.json')),
  );
  if (difference !== undefined) return { ok: false, fix: `run ${context.ownCommand}: ${difference}` };
  return { ok: true, version: `${Object.keys(installed).length} packages`, source: 'package-lock.json' };
}

/**
 * What keeps an installation from being the locked one, in words; undefined where nothing does. A package for another
 * platform is optional and may be absent.
 */
function firstDifference(locked, installed, isThere) {
  for (const [folder, { version, optional }] of Object.entries(locked)) {
    if (folder === '' || (optional && installed[folder] === undefined)) continue;
    const found = installed[folder]?.version;
    if (found !== version) return `${folder} must be ${version}, got ${found ?? 'none'}`;
    if (!isThere(folder)) return `${folder} is missing`;
  }
  return undefined;
}

async function prepare(context) {
  try {
    await install(context, 'ci');
  } catch (error) {
    if (!isRefusedLock(error)) throw asPartUnavailable(error, 'run npm ci to see the whole output');
    await installKeepingLock(context);
  }
}

/**
 * npm ci refuses a lock file that lacks what the registry lists, such as packages for other platforms that the mirror
 * of whoever wrote the lock did not have. npm install takes the locked versions and adds only those.
 */
async function installKeepingLock(context) {
  const lock = fs.readFileSync(lockFile(context));
  try {
    await install(context, 'install', '--no-save');
  } catch (error) {
    throw asPartUnavailable(error, 'run npm install --no-save to see the whole output');
  } finally {
    if (!fs.readFileSync(lockFile(context)).equals(lock)) fs.writeFileSync(lockFile(context), lock);
  }
}

function isRefusedLock(error) {
  return error.name === 'CommandFailed' && error.lines.some((line) => /EUSAGE|from lock file/.test(line));
}

async function install(context, verb, ...options) {
  const [command, ...first] = npmCommand(context);
  context.progress.doing(`installing with npm ${verb}`);
  let fetched = 0;
  await runCommand(context, command, [...first, verb, ...options, ...OPTIONS], {
    cwd: context.packageFolder,
    isNoise: (line) => line.startsWith('npm http'),
    onLine: (line) => {
      const name = FETCH.exec(line)?.[1];
      if (name !== undefined) context.progress.detail(`${++fetched} packages fetched, now ${decodeURIComponent(name)}`);
    },
  });
}

/** The npm that runs us, if one does, else the one on PATH. */
function npmCommand(context) {
  const script = context.environment.npm_execpath;
  if (script?.endsWith('npm-cli.js') && fs.existsSync(script)) return [process.execPath, script];
  const npm = findOnPath(context, 'npm');
  if (npm !== undefined) return [npm];
  throw new PartUnavailable({
    problem: 'npm is not on PATH',
    fix: 'install npm, which comes with Node, and run this again',
  });
}

module.exports = {
  name: 'npm packages',
  neededFor: ['start', 'test'],
  writesPackage: true,
  inspect,
  prepare,
  firstDifference,
};
