'use strict';
const fs = require('node:fs');

/**
 * When the process started, in clock ticks after boot; 'unknown' where there is no /proc. A pid alone is not an identity:
 * it is given to another process after its owner has gone. Source: proc(5), field 22 of /proc/<pid>/stat.
 */
function startTimeOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
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
