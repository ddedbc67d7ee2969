'use strict';
const { cacheFolderProblem, createContext, ownershipFix } = require('./context.cjs');
const { acquireLock } = require('./lock.cjs');
const { clearAbandonedWork } = require('./cache.cjs');
const { dropGo } = require('./go-toolchain.cjs');
const { judgeNode } = require('./node-version.cjs');
const { endRunningCommands } = require('./run-command.cjs');
const { PARTS } = require('./parts.cjs');
const { createProgress } = require('./progress.cjs');
const { prepareParts } = require('./prepare-parts.cjs');

const PURPOSES = ['start', 'test'];

/**
 * Brings every part that the purpose needs and verifies it; spawns nothing when all of them are there already.
 * Returns the exit code: 0 all parts are there, 1 one or more are not, 2 wrong arguments, 130 interrupted.
 */
async function bootstrap(args, settings = {}) {
  const { context, refusal } = tryContext(settings);
  if (context === undefined) {
    createProgress(settings.output ?? process.stderr).say(refusal);
    return 1;
  }
  const purpose = readPurpose(args);
  if (purpose === undefined) {
    context.report(`usage: bootstrap [--for ${PURPOSES.join('|')}], got ${args.join(' ')}`);
    return 2;
  }
  const { problem: nodeProblem, warning } = judgeNode(process.versions.node);
  const problem = nodeProblem ?? cacheFolderProblem(context.cacheFolder);
  if (problem ?? warning) context.report(problem ?? warning);
  if (problem !== undefined) return 1;
  const parts = PARTS.filter((part) => part.neededFor.includes(purpose));
  try {
    const missing = parts.filter((part) => !part.inspect(context).ok);
    if (missing.length === 0) return 0;
    const foreign = missing.some(({ writesPackage }) => writesPackage) ? ownershipFix(context) : undefined;
    if (foreign === undefined) return await prepareAll(context, parts);
    context.report(`${missing.map(({ name }) => name).join(', ')} cannot be prepared here: ${foreign}`);
    return 1;
  } catch (error) {
    if (error.syscall === undefined) throw error;
    const fix = 'set STEPWELL_CACHE to a folder that you can write to';
    context.report(`bootstrap failed [cache=${context.cacheFolder}]: ${error.message}; ${fix}`);
    return 1;
  }
}

/** The context, or why there can be none. */
function tryContext(settings) {
  try {
    return { context: createContext(settings) };
  } catch (error) {
    if (error.name !== 'ConfigInvalid') throw error;
    return { refusal: error.message };
  }
}

/** What only tests need is brought for tests: MinIO alone takes minutes to build. */
function readPurpose(args) {
  if (args.length === 0) return 'start';
  const [option, value, ...rest] = args.flatMap((arg) =>
    arg.startsWith('--for=') ? ['--for', arg.slice('--for='.length)] : [arg],
  );
  return option === '--for' && PURPOSES.includes(value) && rest.length === 0 ? value : undefined;
}

async function prepareAll(context, parts) {
  const release = await acquireLock(context);
  const stopListening = onInterrupt(() => {
    context.progress.stop();
    context.report('bootstrap interrupted; run it again to go on');
    try {
      endRunningCommands();
      clearAbandonedWork(context, { ownPid: process.pid });
      release();
    } finally {
      process.exit(130);
    }
  });
  try {
    clearAbandonedWork(context, {});
    const failures = await prepareParts(context, parts);
    failures.forEach((failure) => context.report(failure));
    if (goIsDone(context)) dropGo(context);
    return failures.length === 0 ? 0 : 1;
  } finally {
    // A bug in one part leaves the others' commands running.
    endRunningCommands();
    stopListening();
    release();
    context.progress.stop();
  }
}

/** Whether nothing is left that our own Go might build. What only tests need is built in a checkout only. */
function goIsDone(context) {
  return PARTS.filter(({ neededFor }) => context.isCheckout || neededFor.includes('start')).every(
    (part) => part.inspect(context).ok,
  );
}

function onInterrupt(act) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  signals.forEach((signal) => process.once(signal, act));
  return () => signals.forEach((signal) => process.off(signal, act));
}

module.exports = { bootstrap, readPurpose };
