'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { readJson, writeFileAtomically } = require('./cache.cjs');
const { isRunning, startTimeOf } = require('./process-identity.cjs');

const POLL_MS = 200;

const lockFile = (context) => path.join(context.cacheFolder, 'bootstrap.lock');

/**
 * Waits until this process holds the cache folder's lock and returns the function that gives it back.
 * The lock saves double work; it is not what keeps the cache whole (publishing by rename is), so a lost race here costs
 * time only. A dead holder's lock is taken over after the commands it had running are ended.
 */
async function acquireLock(context) {
  fs.mkdirSync(context.cacheFolder, { recursive: true });
  let told = false;
  while (!tryLock(context)) {
    const holder = readJson(lockFile(context));
    if (holder === undefined || !isRunning(holder)) {
      removeStaleLock(context, holder);
      continue;
    }
    if (!told) context.report(`waiting for the bootstrap that is already running [pid=${holder.pid}]`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return () => {
    if (readJson(lockFile(context))?.pid === process.pid) fs.rmSync(lockFile(context), { force: true });
  };
}

/** Takes the lock if nobody has it. A hard link either appears with its whole content or fails. */
function tryLock(context) {
  const candidate = `${lockFile(context)}.${process.pid}`;
  fs.writeFileSync(candidate, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  try {
    fs.linkSync(candidate, lockFile(context));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(candidate, { force: true });
  }
}

function removeStaleLock(context, holder) {
  for (const command of (holder?.commands ?? []).filter(isRunning)) {
    try {
      process.kill(-command.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  dropLock(context, holder);
}

/** Removes the lock if it is still this holder's: another waiter may have taken it over since it was read. */
function dropLock(context, holder) {
  const dropped = `${lockFile(context)}.${process.pid}.dropped`;
  try {
    fs.renameSync(lockFile(context), dropped);
    if (readJson(dropped)?.pid !== holder?.pid) fs.linkSync(dropped, lockFile(context));
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(dropped, { force: true });
  }
}

/** Notes the commands that the lock's holder has running, so that a successor can end them if the holder is killed. */
function noteRunningCommands(context, pids) {
  const holder = readJson(lockFile(context));
  if (holder?.pid !== process.pid) return;
  const commands = pids.map((pid) => ({ pid, startTime: startTimeOf(pid) }));
  try {
    writeFileAtomically(lockFile(context), JSON.stringify({ ...holder, commands }));
  } catch (error) {
    // A full disk must not end the bootstrap here: the commands themselves will fail and say so.
    if (error.syscall === undefined) throw error;
  }
}

module.exports = { acquireLock, noteRunningCommands };
