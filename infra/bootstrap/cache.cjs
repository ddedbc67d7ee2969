'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PartUnavailable } = require('./part-unavailable.cjs');
const { isRunning, startTimeOf } = require('./process-identity.cjs');

/** Of a folder that make and node-gyp can build in; a space is one too many. */
const PLAIN = /^[\w@%+=,./-]+$/;
const BUILD = 'stepwell-build-';

/**
 * A new empty folder for half-finished work. Its name carries the process, so that the next run can tell it was
 * abandoned.
 */
function createWorkFolder(context) {
  return newFolder(path.join(context.cacheFolder, 'work'), '');
}

/** A work folder whose path a compiler's tools can take: below the system's own for temporary files, where need be. */
function createBuildFolder(context, temporaryFolder = os.tmpdir()) {
  if (PLAIN.test(context.cacheFolder)) return createWorkFolder(context);
  if (PLAIN.test(temporaryFolder)) return newFolder(temporaryFolder, BUILD);
  throw new PartUnavailable({
    problem: `neither ${context.cacheFolder} nor ${temporaryFolder} can be built in: their names hold a space or another special character`,
    fix: 'set TMPDIR to a folder without, and run this again',
  });
}

function newFolder(parent, prefix) {
  const name = `${prefix}${process.pid}-${startTimeOf(process.pid)}-${crypto.randomBytes(4).toString('hex')}`;
  const folder = path.join(parent, name);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Moves finished work to its place in the cache. The rename is atomic, so a reader sees all of it or nothing;
 * when another run was first, its result stays.
 */
function publish(workPath, finalPath) {
  fs.mkdirSync(path.dirname(finalPath), { recursive: true });
  try {
    fs.renameSync(workPath, finalPath);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    fs.rmSync(workPath, { recursive: true, force: true });
  }
}

/** Removes work folders whose process is gone, and with `ownPid` that process's own. */
function clearAbandonedWork(context, { ownPid }) {
  clearFolders(path.join(context.cacheFolder, 'work'), '', ownPid);
  clearFolders(os.tmpdir(), BUILD, ownPid);
}

function clearFolders(parent, prefix, ownPid) {
  for (const name of fs.existsSync(parent) ? fs.readdirSync(parent) : []) {
    if (!name.startsWith(prefix)) continue;
    const [pid, startTime] = name.slice(prefix.length).split('-');
    const abandoned = Number(pid) === ownPid || !isRunning({ pid: Number(pid), startTime });
    if (abandoned) fs.rmSync(path.join(parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Writes a small file whole or not at all. */
function writeFileAtomically(file, content, mode = 0o644) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  fs.writeFileSync(temporary, content, { mode });
  fs.renameSync(temporary, file);
}

/** A JSON file's value, or undefined where the file is missing or not JSON. */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * What identifies a file's content without reading it: size and modification time. Undefined where there is no such
 * file, or a link of another user's leads where this one may not look.
 */
function fingerprint(file) {
  try {
    const { size, mtimeMs } = fs.statSync(file);
    return `${size}-${Math.floor(mtimeMs)}`;
  } catch {
    return undefined;
  }
}

module.exports = {
  createWorkFolder,
  createBuildFolder,
  publish,
  clearAbandonedWork,
  writeFileAtomically,
  readJson,
  fingerprint,
};
