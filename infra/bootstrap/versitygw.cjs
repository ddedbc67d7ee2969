'use strict';
const { createProgramPart } = require('./program.cjs');

/**
 * `Version  : v1.8.0`, and `git` in place of the number where it was built without one. Conditional writes came with
 * 1.1.
 */
function describe(printed) {
  const version = /Version\s*:\s*v?(\S+)/.exec(printed)?.[1] ?? 'unknown';
  return { version, comparable: /^\d+\.\d+\.\d+/.exec(version)?.[0] };
}

module.exports = createProgramPart({ name: 'versitygw', neededFor: ['start', 'test'], describe });
module.exports.describe = describe;
