'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { readJson } = require('./cache.cjs');
const { findPackage } = require('./context.cjs');
const { createProgramPart } = require('./program.cjs');

/** `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`: what has to be new enough is the server inside. */
function describe(printed) {
  const version = /temporal version (\S+)/.exec(printed)?.[1] ?? 'unknown';
  const server = /Server (\d+\.\d+\.\d+)/.exec(printed)?.[1];
  return { version: `${version}, server ${server ?? 'unknown'}`, comparable: server };
}

/**
 * The file into which the Temporal SDK downloads this program. Its folder is everybody's: one that another user wrote
 * is not run.
 */
function sdkDownload(context) {
  const folder = findPackage(context, '@temporalio/worker');
  if (folder === undefined) return [];
  const { version } = readJson(path.join(folder, 'package.json'));
  const file = path.join(os.tmpdir(), `temporal-sdk-typescript-${version}`);
  const isOurs = fs.statSync(file, { throwIfNoEntry: false })?.uid === process.getuid?.();
  return isOurs ? [{ file, source: 'SDK download' }] : [];
}

const SDK_DOWNLOADS = /^temporal-sdk-typescript-/;

/** Which of the SDK's downloads is ours is known once the SDK is there; where there is none, nothing is waited for. */
async function sdkIsThere(context) {
  if (fs.readdirSync(os.tmpdir()).some((name) => SDK_DOWNLOADS.test(name))) await context.prepared('npm packages');
}

module.exports = createProgramPart({
  name: 'temporal',
  neededFor: ['start', 'test'],
  describe,
  otherPlaces: sdkDownload,
  before: sdkIsThere,
});
module.exports.describe = describe;
