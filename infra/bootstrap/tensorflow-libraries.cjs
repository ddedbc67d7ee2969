'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath, runCommand } = require('./run-command.cjs');

/** The libraries, the few of the wheel's 11,000 headers that the binding includes, and of CUDA all that runs. */
const MEMBERS = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/LICENSE',
  'tensorflow/include/tensorflow/c/*.h',
  'tensorflow/include/tensorflow/core/platform/ctstring*.h',
  'tensorflow/include/tsl/platform/ctstring*.h',
  'tensorflow/include/xla/tsl/c/*.h',
  'nvidia/*/lib/*.so*',
  'nvidia/*/bin/*',
  'nvidia/*/nvvm/*',
];
const POLL_MS = 500;
const MEGABYTE = 1e6;

/** The folder with the TensorFlow libraries of one variant (cpu or gpu): from the cache, else out of the pinned Python packages. */
async function provideLibraries(context, variant) {
  const { version, platform, wheels, unpackedBytes } = context.versions.tensorflow;
  const folder = path.join(context.cacheFolder, `tensorflow-${version}-${variant}`);
  if (fs.existsSync(folder)) return folder;
  if (context.platform !== platform) throw notForPlatform(context, platform);
  const python = await findPython(context);
  // pip holds a wheel twice while it moves it into place.
  requireFreeSpace(
    context.cacheFolder,
    unpackedBytes[variant] + 2 * Math.max(...wheels[variant].map((wheel) => wheel.bytes)),
  );
  const work = createWorkFolder(context);
  try {
    for (const [i, wheel] of wheels[variant].entries()) {
      const of = wheels[variant].length === 1 ? '' : ` (${i + 1} of ${wheels[variant].length})`;
      await unpack(context, { python, work, wheel, of });
    }
    publish(path.join(work, 'libraries'), folder);
  } catch (error) {
    throw asPartUnavailable(error, `see last-failure.log in ${context.cacheFolder}, and run this again`);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

function notForPlatform(context, platform) {
  return new PartUnavailable({
    problem: `TensorFlow is pinned for ${platform}, and this is ${context.platform}`,
    fix: `use ${platform} (a container will do), or build the binding of @tensorflow/tfjs-node-gpu yourself; one that loads is taken as it is`,
  });
}

/** The first Python on PATH that has pip. */
async function findPython(context) {
  const found = ['python3', 'python'].map((name) => findOnPath(context, name)).filter((file) => file !== undefined);
  const fix =
    'install Python 3 with pip (on Debian and Ubuntu: apt install python3 python3-pip), and run this again; nothing of it runs later';
  if (found.length === 0)
    throw new PartUnavailable({ problem: 'python3, which fetches the TensorFlow libraries, is not on PATH', fix });
  for (const file of found) {
    if ((await askCommand(context, file, ['-m', 'pip', '--version'])) !== undefined) return file;
  }
  throw new PartUnavailable({ problem: `${found[0]} has no pip, which fetches the TensorFlow libraries`, fix });
}

/** Downloads one wheel, verifies it, takes out what is needed and drops the rest. */
async function unpack(context, { python, work, wheel, of }) {
  const folder = path.join(work, 'wheel');
  fs.mkdirSync(folder);
  await download(context, { python, folder, wheel, of });
  const file = path.join(
    folder,
    fs.readdirSync(folder).find((name) => name.endsWith('.whl')),
  );
  context.progress.doing(`verifying ${wheel.requirement}${of}`);
  const problem = wheelProblem(wheel, { bytes: fs.statSync(file).size, sha256: await sha256Of(file) });
  if (problem !== undefined)
    throw new PartUnavailable({
      problem,
      fix: 'check the package index that pip uses, run pip cache purge, and run this again',
    });
  context.progress.doing(`unzipping ${wheel.requirement}${of}`);
  await runCommand(
    context,
    python,
    [path.join(__dirname, 'unzip.py'), file, path.join(work, 'libraries'), ...MEMBERS],
    {
      cwd: work,
      onLine: (line) => context.progress.detail(share(...line.split(' ').map(Number))),
    },
  );
  fs.rmSync(folder, { recursive: true });
}

/** pip draws its progress bar for terminals only, so the growth of its files is shown instead; TMPDIR keeps them in our folder. */
async function download(context, { python, folder, wheel, of }) {
  const { pythonVersion, implementation, abis, platforms } = context.versions.tensorflow.pip;
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

module.exports = { provideLibraries, wheelProblem };
