'use strict';
const fs = require('node:fs');

/**
 * When the process started, in clock ticks after boot; undefined once it has ended, 'unknown' where there is no /proc.
 * A pid alone is not an identity: it is given to another process after its owner has gone.
 *
 * A killed process is a zombie as soon as its first thread has ended, and holds its ports until its last one has.
 * Source: proc(5), fields 3, 20 and 22 of /proc/<pid>/stat.
 */
function startTimeOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, threads, startTime] = [fields[0], Number(fields[17]), fields[19]];
    return state === 'Z' && threads <= 1 ? undefined : startTime;
  } catch {
    return fs.existsSync('/proc/self/stat') ? undefined : 'unknown';
  }
}

/** True when this very process, and not a later one with the same pid, is alive. */
function isRunning({ pid, startTime }) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return startTimeOf(pid) === startTime;
}

module.exports = { startTimeOf, isRunning };
