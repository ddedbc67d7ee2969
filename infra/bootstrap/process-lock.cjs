'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const { readJson } = require('./cache.cjs');
const { isRunning, startTimeOf } = require('./process-identity.cjs');

/**
 * Waits until this process holds the lock, a file that names its holder, and returns the function that gives it back.
 * A dead holder's lock is taken over. `onBusy` is told the living holder at every look and gives up by throwing;
 * `onStale` is told the dead one before its lock goes, undefined where it cannot be read.
 */
async function acquireProcessLock(file, { pollMs, onBusy, onStale = () => {} }) {
  const token = crypto.randomUUID();
  while (!tryLock(file, token)) {
    const holder = readJson(file);
    if (holder === undefined || !isRunning(holder)) {
      onStale(holder);
      removeStale(file, holder?.token);
      continue;
    }
    onBusy(holder);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return () => {
    if (readJson(file)?.token === token) fs.rmSync(file, { force: true });
  };
}

/** A hard link appears with its whole content or not at all, and never replaces what is there. */
function tryLock(file, token) {
  const candidate = `${file}.${token}`;
  try {
    const holder = { pid: process.pid, startTime: startTimeOf(process.pid), token };
    fs.writeFileSync(candidate, JSON.stringify(holder), { mode: 0o600 });
    fs.linkSync(candidate, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(candidate, { force: true });
  }
}

/** Two may find the same stale lock: the slower one must not remove the lock that the faster one has made since. */
function removeStale(file, token) {
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    fs.renameSync(file, aside);
    if (readJson(aside)?.token !== token) fs.linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

module.exports = { acquireProcessLock };
