'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { fingerprint, readJson, writeFileAtomically } = require('./cache.cjs');
const { findPackage } = require('./context.cjs');
const { PartUnavailable } = require('./part-unavailable.cjs');
const { askCommand, findOnPath } = require('./run-command.cjs');
const { BINDING, provideBinding, tryBinding, useBinding } = require('./tensorflow-binding.cjs');
const { provideLibraries } = require('./tensorflow-libraries.cjs');

const PACKAGE = '@tensorflow/tfjs-node-gpu';

const stampFile = (folder) => path.join(folder, 'lib/checked.json');

/**
 * A binding counts once it was loaded, as long as neither it nor the libraries that it is linked to have changed since.
 */
function inspect(context) {
  const folder = findPackage(context, PACKAGE);
  if (folder === undefined) return { ok: false, fix: `install the npm packages first: ${PACKAGE} is missing` };
  const stamp = readJson(stampFile(folder));
  if (stamp === undefined || stamp.state !== stateOf(folder)) return { ok: false, fix: `run ${context.ownCommand}` };
  const { version: pinned } = context.versions.tensorflow;
  if (stamp.version !== pinned)
    return {
      ok: false,
      fix: `run ${context.ownCommand}: the binding is of TensorFlow ${stamp.version}, not ${pinned}`,
    };
  const chosen = context.environment.STEPWELL_TENSORFLOW;
  if (chosen && chosen !== stamp.variant)
    return { ok: false, fix: `run ${context.ownCommand}: STEPWELL_TENSORFLOW is ${chosen} now` };
  if (!chosen && hasGpuDevice() && !stamp.gpuDevice && stamp.variant === 'cpu')
    return { ok: false, fix: `run ${context.ownCommand}: a GPU has been added` };
  return { ok: true, version: stamp.version, source: stamp.source, path: path.join(folder, BINDING) };
}

async function prepare(context) {
  const variant = await wantedVariant(context);
  const folder = await packageAndLibraries(context, variant);
  if (await existingBindingServes(context, { folder, variant })) return;
  const libraries = await provideLibraries(context, variant);
  const binding = await provideBinding(context, { folder, libraries });
  useBinding({ folder, libraries, binding });
  const answer = await tryBinding(context, folder);
  if (variant === 'gpu' && !answer.gpu) {
    context.report(
      `TensorFlow ${answer.version} sees no GPU and will train on the CPU: see whether nvidia-smi works and its driver is 525 or later`,
    );
  }
  stamp({ folder, variant, version: answer.version, source: `${variant} libraries of TensorFlow from PyPI` });
}

/**
 * The package's folder, once npm has made it. Meanwhile the libraries come, unless a binding that is there already may
 * do without.
 */
async function packageAndLibraries(context, variant) {
  const present = findPackage(context, PACKAGE);
  if (present === undefined) await provideLibraries(context, variant);
  await context.prepared('npm packages');
  const folder = findPackage(context, PACKAGE);
  if (folder !== undefined) return folder;
  throw new PartUnavailable({ problem: `${PACKAGE} is not installed`, fix: 'run npm ci, and this again' });
}

async function existingBindingServes(context, { folder, variant }) {
  if (!fs.existsSync(path.join(folder, BINDING))) return false;
  const answer = await tryBinding(context, folder).catch(() => undefined);
  if (answer === undefined || (variant === 'gpu' && !answer.gpu)) return false;
  const { version: pinned } = context.versions.tensorflow;
  if (answer.version !== pinned) {
    context.report(`the binding that is there is of TensorFlow ${answer.version}: one of ${pinned} takes its place`);
    return false;
  }
  stamp({ folder, variant, version: answer.version, source: 'already there' });
  return true;
}

function stamp({ folder, variant, version, source }) {
  writeFileAtomically(
    stampFile(folder),
    JSON.stringify({ version, source, variant, gpuDevice: hasGpuDevice(), state: stateOf(folder) }, null, 2),
  );
}

/** What tells whether the binding or a library it loads has changed: their sizes and times, links followed. */
function stateOf(folder) {
  const linked = path.join(folder, 'deps/lib');
  const libraries = fs.existsSync(linked) ? fs.readdirSync(linked).sort() : [];
  const files = [BINDING, ...libraries.map((name) => path.join('deps/lib', name))];
  return files.map((file) => `${file}=${fingerprint(path.join(folder, file)) ?? 'missing'}`).join(' ');
}

/**
 * STEPWELL_TENSORFLOW (cpu or gpu), for images that are built on another machine; else gpu where nvidia-smi lists one.
 */
async function wantedVariant(context) {
  const chosen = context.environment.STEPWELL_TENSORFLOW;
  if (!chosen) return (await listsGpu(context)) ? 'gpu' : 'cpu';
  if (chosen === 'cpu' || chosen === 'gpu') return chosen;
  throw new PartUnavailable({
    problem: `STEPWELL_TENSORFLOW must be cpu or gpu, got ${chosen}`,
    fix: 'correct or unset it, and run this again',
  });
}

async function listsGpu(context) {
  const program = findOnPath(context, 'nvidia-smi');
  return program !== undefined && /^GPU \d+:/m.test((await askCommand(context, program, ['-L'])) ?? '');
}

const hasGpuDevice = () => fs.existsSync('/dev') && fs.readdirSync('/dev').some((name) => /^nvidia\d+$/.test(name));

module.exports = {
  name: 'tensorflow',
  neededFor: ['start', 'test'],
  writesPackage: true,
  inspect,
  prepare,
  wantedVariant,
  stateOf,
};
