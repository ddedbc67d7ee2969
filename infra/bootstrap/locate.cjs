'use strict';
const { bootstrap } = require('./bootstrap.cjs');
const { createContext } = require('./context.cjs');
const { judgeNode } = require('./node-version.cjs');
const { PARTS } = require('./parts.cjs');

/** Where a program is that the bootstrap found or built; undefined before it has. Reads files only. */
function locateProgram(name, settings) {
  const part = PARTS.find((candidate) => candidate.name === name);
  const { ok, path, version, source } = part.inspect(createContext(settings));
  return ok ? { path, version, source } : undefined;
}

/** Every part with its version, where it came from, and what to do where it is missing. Reads files only. */
function inspectParts(settings) {
  const context = createContext(settings);
  return PARTS.map((part) => {
    const { ok, version, source, fix } = part.inspect(context);
    return { name: part.name, neededFor: part.neededFor, ok, version, source, fix };
  });
}

module.exports = { locateProgram, inspectParts, judgeNode, bootstrap };
