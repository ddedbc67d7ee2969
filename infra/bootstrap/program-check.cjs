'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { fingerprint, readJson, writeFileAtomically } = require('./cache.cjs');
const { compareVersions } = require('./compare-versions.cjs');
const { askCommand } = require('./run-command.cjs');

/**
 * Starts a program to ask for its version: { version, problem? }. The answer is kept with the file's size and time, so
 * that finding the program again starts nothing.
 */
async function checkProgram(context, file, { describe, minimum }) {
  context.progress.doing(`trying ${file}`);
  const answer = judge(await askCommand(context, file, ['--version']), { describe, minimum });
  remember(context, file, answer);
  return answer;
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

module.exports = { checkProgram, knownCheck, judge };
