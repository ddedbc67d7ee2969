'use strict';
const { compareVersions } = require('./compare-versions.cjs');
const { cacheFolderProblem, createContext } = require('./context.cjs');
const { acquireLock } = require('./lock.cjs');
const { clearAbandonedWork } = require('./cache.cjs');
const { endRunningCommand } = require('./run-command.cjs');
const { PARTS } = require('./parts.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');

const PURPOSES = ['start', 'test'];

/**
 * Brings every part that the purpose needs and verifies it; spawns nothing when all of them are there already.
 * Returns the exit code: 0 all parts are there, 1 one or more are not, 2 wrong arguments, 130 interrupted.
 */
async function bootstrap(args, settings = {}) {
  const context = createContext(settings);
  const purpose = readPurpose(args);
  if (purpose === undefined) {
    context.report(`usage: bootstrap [--for ${PURPOSES.join('|')}], got ${args.join(' ')}`);
    return 2;
  }
  const problem = nodeProblem(process.versions.node) ?? cacheFolderProblem(context.cacheFolder);
  if (problem !== undefined) {
    context.report(problem);
    return 1;
  }
  const parts = PARTS.filter((part) => purpose === 'all' || part.neededFor.includes(purpose));
  try {
    if (parts.every((part) => part.inspect(context).ok)) return 0;
    return await prepareAll(context, parts);
  } catch (error) {
    if (error.syscall === undefined) throw error;
    context.report(
      `bootstrap failed [cache=${context.cacheFolder}]: ${error.message}; set STEPWELL_CACHE to a folder that you can write to`,
    );
    return 1;
  }
}

function readPurpose(args) {
  if (args.length === 0) return 'all';
  const [option, value, ...rest] = args.flatMap((arg) =>
    arg.startsWith('--for=') ? ['--for', arg.slice('--for='.length)] : [arg],
  );
  return option === '--for' && PURPOSES.includes(value) && rest.length === 0 ? value : undefined;
}

function nodeProblem(version) {
  if (compareVersions(version, '20.6') >= 0 && compareVersions(version, '23') < 0) return undefined;
  return `Node must be version 20 (20.6 or later) or 22, got ${version}; TensorFlow.js 4.22 does not run on Node 23 and later`;
}

async function prepareAll(context, parts) {
  const release = await acquireLock(context);
  const stopListening = onInterrupt(() => {
    context.progress.stop();
    context.report('bootstrap interrupted; run it again to go on');
    try {
      endRunningCommand();
      clearAbandonedWork(context, { ownPid: process.pid });
      release();
    } finally {
      process.exit(130);
    }
  });
  try {
    clearAbandonedWork(context, {});
    const failures = [];
    for (const part of parts) failures.push(...(await prepareOne(context, part)));
    failures.forEach((failure) => context.report(failure));
    return failures.length === 0 ? 0 : 1;
  } finally {
    stopListening();
    release();
    context.progress.stop();
  }
}

/** Prepares one part; its failure is returned as text so that every missing part is reported at once. */
async function prepareOne(context, part) {
  if (part.inspect(context).ok) return [];
  context.progress.begin(part.name);
  try {
    await part.prepare(context);
    const { ok, version, source, fix } = part.inspect(context);
    if (!ok) throw new PartUnavailable({ problem: 'it is still not usable after it was prepared', fix });
    context.progress.end(`${version} (${source})`);
    return [];
  } catch (error) {
    const failure = asPartUnavailable(error, `see last-failure.log in ${context.cacheFolder}`);
    if (!(failure instanceof PartUnavailable)) throw error;
    context.progress.fail();
    return [failure.describe(part)];
  }
}

function onInterrupt(act) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  signals.forEach((signal) => process.once(signal, act));
  return () => signals.forEach((signal) => process.off(signal, act));
}

module.exports = { bootstrap, readPurpose, nodeProblem };
