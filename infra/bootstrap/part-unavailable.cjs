'use strict';

/**
 * A part that cannot be had: the problem, what to do about it, and optionally the last lines of the output that shows
 * it.
 */
class PartUnavailable extends Error {
  constructor({ problem, fix, output = '', cause }) {
    super(problem, cause === undefined ? undefined : { cause });
    this.name = 'PartUnavailable';
    this.fix = fix;
    this.output = output;
  }

  /** The whole message for a person: which part, why, what it is needed for and what to do. */
  describe(part) {
    const lines = [`${part.name} could not be prepared: ${this.message}`];
    lines.push(
      ...this.output
        .split('\n')
        .filter(Boolean)
        .map((line) => `  | ${line}`),
    );
    lines.push(`  needed for: ${part.neededFor.join(', ')}`);
    if (this.fix !== undefined) lines.push(`  what to do: ${this.fix}`);
    return lines.join('\n');
  }
}

/** What a command's output or a system error says, and what to do about it; the first match counts. */
const REMEDIES = [
  [
    /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i,
    'free some disk space, or set STEPWELL_CACHE to a folder on a larger disk, and run this again',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|dial tcp|no such host|name resolution|NewConnectionError|ConnectTimeout|connection (refused|reset|timed out)|network is unreachable|TLS handshake|i\/o timeout|No matching distribution/i,
    'check the network (and the proxy or mirror that npm, pip and go are set to use), and run this again; what was finished is kept',
  ],
  [
    /checksum mismatch|SECURITY ERROR|EINTEGRITY/i,
    'what was downloaded is not what was published: check the mirror that is in use, clear its cache, and run this again',
  ],
  [
    /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    'make the folder named above writable, or set STEPWELL_CACHE to a folder that is, and run this again',
  ],
];

/**
 * The failure of a command or of the file system as a PartUnavailable; any other error, which is a bug of ours, as it
 * is. `fix` is what to do where the output does not tell.
 */
function asPartUnavailable(error, fix) {
  const known = error.name === 'CommandFailed' || error.syscall !== undefined;
  if (error instanceof PartUnavailable || !known) return error;
  const said = [error.code, error.message, ...(error.lines ?? [])].join('\n');
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1];
  return new PartUnavailable({ problem: error.message, output: error.output, fix: remedy ?? fix, cause: error });
}

module.exports = { PartUnavailable, asPartUnavailable };
