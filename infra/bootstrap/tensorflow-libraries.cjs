'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');
const { findPython, unpackWheel } = require('./wheel.cjs');

/** The libraries, the few of the wheel's 11,000 headers that the binding includes, and of CUDA all that runs. */
const MEMBERS = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/LICENSE',
  'tensorflow/include/tensorflow/c/*.h',
  'tensorflow/include/tensorflow/core/platform/ctstring*.h',
  'tensorflow/include/tsl/platform/ctstring*.h',
  'tensorflow/include/xla/tsl/c/*.h',
  'nvidia/cuda_runtime/include/cuda_runtime_api.h',
  'nvidia/cudnn/include/cudnn_version*.h',
  'nvidia/*/lib/*.so*',
  'nvidia/*/bin/*',
  'nvidia/*/nvvm/*',
];

/**
 * The folder with the TensorFlow libraries of one variant (cpu or gpu): from the cache, else out of the pinned Python
 * packages.
 */
async function provideLibraries(context, variant) {
  const { version, platform, wheels, unpackedBytes } = context.versions.tensorflow;
  const folder = path.join(context.cacheFolder, `tensorflow-${version}-${variant}`);
  if (fs.existsSync(folder)) return folder;
  if (context.platform !== platform) throw notForPlatform(context, platform);
  const python = await findPython(context, 'the TensorFlow libraries');
  // pip holds a wheel twice while it moves it into place.
  requireFreeSpace(
    context.cacheFolder,
    unpackedBytes[variant] + 2 * Math.max(...wheels[variant].map((wheel) => wheel.bytes)),
  );
  const work = createWorkFolder(context);
  try {
    for (const [i, wheel] of wheels[variant].entries()) {
      const of = wheels[variant].length === 1 ? '' : ` (${i + 1} of ${wheels[variant].length})`;
      await unpackWheel(context, { python, work, wheel, members: MEMBERS, folder: path.join(work, 'libraries'), of });
    }
    publish(path.join(work, 'libraries'), folder);
  } catch (error) {
    throw asPartUnavailable(error, `see ${context.failureLog} in ${context.cacheFolder}, and run this again`);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

function notForPlatform(context, platform) {
  const { version } = context.versions.tensorflow;
  return new PartUnavailable({
    problem: `TensorFlow is pinned for ${platform}, and this is ${context.platform}`,
    fix: `use ${platform} (a container will do), or build the binding of @tensorflow/tfjs-node-gpu yourself against TensorFlow ${version}; one that loads is taken as it is`,
  });
}

module.exports = { provideLibraries };
