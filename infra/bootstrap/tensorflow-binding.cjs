'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { createBuildFolder, createWorkFolder, publish, readJson } = require('./cache.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { findOnPath, runCommand } = require('./run-command.cjs');

/**
 * Where the package looks for its native part. 8 is the newest Node-API version that it knows, and every supported Node
 * has it.
 */
const BINDING = 'lib/napi-v8/tfjs_binding.node';
const SOURCES = ['package.json', 'binding.gyp', 'binding'];
const LOAD =
  'const binding = require(process.argv[1]); console.log(JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice() }))';
const NO_COMPILER =
  'install a C++ compiler, make and Python (on Debian and Ubuntu: apt install g++ make python3), and run this again';

/**
 * The package's native part compiled against the libraries: from the cache, else built. It is built in a folder of its
 * own, so that a build that is cut off leaves nothing behind in node_modules; it finds the libraries relative to where
 * it lies.
 */
async function provideBinding(context, { folder, libraries }) {
  const { version } = readJson(path.join(folder, 'package.json'));
  const target = path.join(context.cacheFolder, `tfjs-binding-${version}-for-${context.versions.tensorflow.version}`);
  const binding = path.join(target, path.basename(BINDING));
  if (fs.existsSync(binding)) return binding;
  requireCompiler(context);
  const work = createBuildFolder(context);
  try {
    for (const name of SOURCES) fs.cpSync(path.join(folder, name), path.join(work, name), { recursive: true });
    linkLibraries(work, libraries);
    await compile(context, { folder, work });
    // The build may have been on another disk.
    const finished = createWorkFolder(context);
    fs.cpSync(path.join(work, path.dirname(BINDING)), finished, { recursive: true });
    publish(finished, target);
  } catch (error) {
    throw asPartUnavailable(error, NO_COMPILER);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  return binding;
}

function requireCompiler(context) {
  const missing = [
    ['make', ['make']],
    ['a C++ compiler', [context.environment.CXX || 'g++', 'c++', 'clang++']],
    ['Python', ['python3', 'python']],
  ]
    .filter(([, commands]) =>
      commands.every((command) => findOnPath(context, command) === undefined && !fs.existsSync(command)),
    )
    .map(([what]) => what);
  if (missing.length > 0)
    throw new PartUnavailable({ problem: `not on PATH: ${missing.join(', ')}`, fix: NO_COMPILER });
}

async function compile(context, { folder, work }) {
  context.progress.doing('compiling the binding');
  const preGyp = createRequire(path.join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  await runCommand(context, process.execPath, [preGyp, 'install', '--build-from-source'], {
    cwd: work,
    environment: { JOBS: 'max', ...nodeGypSettings(context) },
    onLine: (line) => context.progress.detail(/(?:CXX|SOLINK_MODULE)\S* (?:\S+\/)?(\S+)$/.exec(line)?.[1] ?? ''),
  });
}

/** npm's own node-gyp, and the headers that came with this Node, if they did; without them node-gyp downloads them. */
function nodeGypSettings(context) {
  const npm = findOnPath(context, 'npm');
  const nodeGyp = npm && path.resolve(path.dirname(fs.realpathSync(npm)), '../node_modules/node-gyp/bin/node-gyp.js');
  const prefix = path.resolve(path.dirname(fs.realpathSync(process.execPath)), '..');
  return {
    ...(!context.environment.npm_config_node_gyp &&
      nodeGyp &&
      fs.existsSync(nodeGyp) && { npm_config_node_gyp: nodeGyp }),
    ...(!context.environment.npm_config_nodedir && hasHeaders(prefix) && { npm_config_nodedir: prefix }),
  };
}

function hasHeaders(prefix) {
  const file = path.join(prefix, 'include/node/node_version.h');
  if (!fs.existsSync(file)) return false;
  const text = fs.readFileSync(file, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH']
    .map((part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1])
    .join('.');
  return version === process.versions.node;
}

/** Puts the binding into the package, beside links to the libraries that it was built against. */
function useBinding({ folder, libraries, binding }) {
  fs.rmSync(path.join(folder, 'deps'), { recursive: true, force: true });
  linkLibraries(folder, libraries);
  const place = path.join(folder, BINDING);
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.copyFileSync(binding, `${place}.part`);
  fs.renameSync(`${place}.part`, place);
}

/**
 * The libraries under the names that the linker asks for (`libtensorflow.so`) and that the loader asks for (`...so.2`).
 * TensorFlow looks for CUDA in `../nvidia` as seen from its own folder, and the loader takes the folder of the link for
 * that.
 */
function linkLibraries(folder, libraries) {
  const tensorflow = path.join(libraries, 'tensorflow');
  fs.mkdirSync(path.join(folder, 'deps/lib'), { recursive: true });
  const links = {
    'lib/libtensorflow.so': 'libtensorflow_cc.so.2',
    'lib/libtensorflow_cc.so.2': 'libtensorflow_cc.so.2',
    'lib/libtensorflow_framework.so': 'libtensorflow_framework.so.2',
    'lib/libtensorflow_framework.so.2': 'libtensorflow_framework.so.2',
    include: 'include',
  };
  for (const [link, target] of Object.entries(links))
    fs.symlinkSync(path.join(tensorflow, target), path.join(folder, 'deps', link));
  const nvidia = path.join(libraries, 'nvidia');
  if (fs.existsSync(nvidia)) fs.symlinkSync(nvidia, path.join(folder, 'deps/nvidia'));
}

/** Loads the package's binding in a process of its own: TensorFlow's version, and whether it uses a GPU. */
async function tryBinding(context, folder) {
  context.progress.doing('loading the binding');
  try {
    const stdout = await runCommand(context, process.execPath, ['-e', LOAD, path.join(folder, BINDING)], {
      cwd: folder,
      environment: { NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '1' },
    });
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch (error) {
    throw asPartUnavailable(
      error,
      'this TensorFlow needs Linux with glibc 2.27 and a processor with AVX, or later; elsewhere build the binding yourself',
    );
  }
}

module.exports = { BINDING, provideBinding, useBinding, tryBinding, linkLibraries };
