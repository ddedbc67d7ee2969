'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { fingerprint, readJson, writeFileAtomically } = require('./cache.cjs');
const { compareVersions } = require('./compare-versions.cjs');
const { buildWithGo } = require('./go-build.cjs');
const { PartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath, isExecutable } = require('./run-command.cjs');

/**
 * A part that is one program: found on PATH or in another known place, else built with Go into the cache.
 *
 * A program is asked for its version once; the answer is kept with the file's size and time, so that `inspect` starts nothing.
 *
 * @param describe What `--version` printed -> { version, comparable? }; comparable is undefined for builds that carry no version,
 *   such as those of a plain `go install`, which are then taken as they are.
 * @param otherPlaces More files to look at, with their source, between PATH and the cache.
 */
function createProgramPart({ name, neededFor, describe, otherPlaces = () => [] }) {
  const pin = (context) => context.versions.programs[name];
  const built = (context) =>
    path.join(context.cacheFolder, 'bin', `${name}-${pin(context).version.replace(/^v/, '')}`, name);
  const candidates = (context) =>
    [
      { file: findOnPath(context, name), source: 'PATH' },
      ...otherPlaces(context),
      { file: built(context), source: 'built from source' },
    ].filter(({ file }) => file !== undefined && isExecutable(file));

  function inspect(context) {
    for (const { file, source } of candidates(context)) {
      const check = knownCheck(context, file);
      if (check === undefined) return { ok: false, fix: `run ${context.ownCommand}: ${file} is new` };
      if (check.problem === undefined) return { ok: true, version: check.version, source, path: file };
    }
    return { ok: false, fix: `run ${context.ownCommand}, or put ${name} on PATH` };
  }

  async function prepare(context) {
    for (const { file } of candidates(context)) {
      const { problem } = await check(context, file);
      if (problem === undefined) return;
      context.report(`${file} is not used: ${problem}`);
    }
    fs.rmSync(path.dirname(built(context)), { recursive: true, force: true });
    await buildWithGo(context, { name, pin: pin(context), folder: path.dirname(built(context)) });
    const { problem } = await check(context, built(context));
    if (problem === undefined) return;
    throw new PartUnavailable({
      problem: `it was built, but ${problem}`,
      fix: `put another ${name} on PATH and run this again`,
    });
  }

  /** Starts the program to ask for its version, and remembers the answer. */
  async function check(context, file) {
    context.progress.doing(`trying ${file}`);
    const answer = judge(await askCommand(context, file, ['--version']), { describe, minimum: pin(context).minimum });
    remember(context, file, answer);
    return answer;
  }

  return { name, neededFor, inspect, prepare };
}

const checksFile = (context) => path.join(context.cacheFolder, 'programs.json');

function remember(context, file, answer) {
  const others = Object.entries(readJson(checksFile(context)) ?? {}).filter(
    ([other]) => other !== file && fs.existsSync(other),
  );
  const checks = Object.fromEntries([...others, [file, { ...answer, fingerprint: fingerprint(file) }]]);
  writeFileAtomically(checksFile(context), JSON.stringify(checks, null, 2));
}

function knownCheck(context, file) {
  const check = readJson(checksFile(context))?.[file];
  return check?.fingerprint === fingerprint(file) ? check : undefined;
}

/** What a program's answer means for us: its version, and the problem where we cannot use it. */
function judge(printed, { describe, minimum }) {
  if (printed === undefined) return { version: 'unknown', problem: 'it does not run' };
  const { version, comparable } = describe(printed);
  if (comparable === undefined || compareVersions(comparable, minimum) >= 0) return { version };
  return { version, problem: `its version must be at least ${minimum}, got ${comparable}` };
}

module.exports = { createProgramPart, judge };
