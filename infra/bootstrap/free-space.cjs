'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { PartUnavailable } = require('./part-unavailable.cjs');

const GIGABYTE = 1e9;

/** Throws PartUnavailable unless the disk of `folder`, which need not exist yet, has so many bytes free. */
function requireFreeSpace(folder, bytes) {
  const existing = nearestExisting(folder);
  const { bavail, bsize } = fs.statfsSync(existing);
  if (bavail * bsize >= bytes) return;
  const amount = (value) => `${(value / GIGABYTE).toFixed(1)} GB`;
  throw new PartUnavailable({
    problem: `the disk that holds ${existing} has too little space: ${amount(bytes)} needed, ${amount(bavail * bsize)} free`,
    fix: 'free some disk space, or set STEPWELL_CACHE to a folder on a larger disk, and run this again',
  });
}

function nearestExisting(folder) {
  return fs.existsSync(folder) ? folder : nearestExisting(path.dirname(folder));
}

module.exports = { requireFreeSpace };
