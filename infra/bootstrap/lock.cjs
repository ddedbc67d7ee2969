'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { readJson, writeFileAtomically } = require('./cache.cjs');
const { isRunning, startTimeOf } = require('./process-identity.cjs');
const { acquireProcessLock } = require('./process-lock.cjs');

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
  const onBusy = ({ pid }) => {
    if (!told) context.report(`waiting for the bootstrap that is already running [pid=${pid}]`);
    told = true;
  };
  return acquireProcessLock(lockFile(context), { pollMs: POLL_MS, onBusy, onStale: endCommands });
}

function endCommands(holder) {
  for (const command of (holder?.commands ?? []).filter(isRunning)) {
    try {
      process.kill(-command.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
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
