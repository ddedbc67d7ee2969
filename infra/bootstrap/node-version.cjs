'use strict';
const { compareVersions } = require('./compare-versions.cjs');

const OLDEST = '20.19';
const NEWEST = '26';

/** Whether this Node will do: `problem` where it is too old, `warning` where it is newer than any that was tried. */
function judgeNode(version) {
  if (compareVersions(version, OLDEST) < 0)
    return { problem: `Node must be version ${OLDEST} or later, got ${version}; use Node ${OLDEST} to ${NEWEST}` };
  if (Number(version.split('.')[0]) > Number(NEWEST))
    return {
      warning: `Node ${version} is newer than those that were tried; if something fails, use Node ${OLDEST} to ${NEWEST}`,
    };
  return {};
}

module.exports = { judgeNode };
