'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { isRunning, startTimeOf } = require('./process-identity.cjs');

/**
 * A new empty folder for half-finished work. Its name carries the process, so that the next run can tell it was
 * abandoned.
 */
function createWorkFolder(context) {
  const name = `${process.pid}-${startTimeOf(process.pid)}-${crypto.randomBytes(4).toString('hex')}`;
  const folder = path.join(context.cacheFolder, 'work', name);
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
  const parent = path.join(context.cacheFolder, 'work');
  for (const name of fs.existsSync(parent) ? fs.readdirSync(parent) : []) {
    const [pid, startTime] = name.split('-');
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
 * file.
 */
function fingerprint(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.size}-${Math.floor(stat.mtimeMs)}`;
}

module.exports = { createWorkFolder, publish, clearAbandonedWork, writeFileAtomically, readJson, fingerprint };
