'use strict';
const { createProgramPart } = require('./program.cjs');

/**
 * `minio version RELEASE.2025-09-07T16-13-09Z (commit-id=...)`; a release is its date. Before that one a conditional
 * write to a missing object succeeded (minio issue 21526).
 */
function describe(printed) {
  const version = /minio version (\S+)/.exec(printed)?.[1] ?? 'unknown';
  const date = /^RELEASE\.(\d+)-(\d+)-(\d+)T/.exec(version);
  return { version, comparable: date?.slice(1).map(Number).join('.') };
}

module.exports = createProgramPart({
  name: 'minio',
  neededFor: ['test'],
  describe,
  // Side by side, two builds on the same cores only make the first one late.
  beforeBuild: (context) => context.prepared('versitygw'),
});
module.exports.describe = describe;
