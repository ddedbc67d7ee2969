'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { noteRunningCommands } = require('./lock.cjs');

const SHOWN_FIRST_LINES = 4;
const SHOWN_LAST_LINES = 8;
const KEPT_LINES = 400;
const ANSWER_TIMEOUT_MS = 60_000;

/** Becomes the command once it is told that it has been noted: were we killed in between, nobody could end it. */
const WHEN_NOTED = 'read -r noted && exec "$@" </dev/null';

/** The commands at work: several parts have one each. */
const running = new Set();

/**
 * A command that could not be started or ended with another code than 0; `lines` is what it printed, `output` how that
 * begins and ends.
 */
class CommandFailed extends Error {
  constructor(message, lines, isNoise = () => false) {
    super(message);
    this.name = 'CommandFailed';
    this.lines = lines;
    this.output = shorten(lines.filter((line) => !isNoise(line))).join('\n');
  }
}

/** Some tools tell the cause first and others last. */
function shorten(lines) {
  if (lines.length <= SHOWN_FIRST_LINES + SHOWN_LAST_LINES) return lines;
  return [...lines.slice(0, SHOWN_FIRST_LINES), '...', ...lines.slice(-SHOWN_LAST_LINES)];
}

/**
 * Runs a command in a process group of its own, so that an interrupt can end all of it, and resolves to its standard
 * output. `onLine` sees each line as it comes; lines that are `isNoise` are left out of a failure's output; past
 * `timeoutMs` it is ended. Throws CommandFailed.
 */
function runCommand(context, command, args, { cwd, environment = {}, onLine = () => {}, isNoise, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', WHEN_NOTED, 'sh', command, ...args], {
      cwd,
      env: { ...context.environment, ...environment },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const lines = [];
    const stdout = [];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    for (const stream of [child.stdout, child.stderr])
      eachLine(stream, (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        onLine(line);
      });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => endCommand(child), timeoutMs);
    const finish = (settle) => {
      clearTimeout(timer);
      running.delete(child);
      noteRunning(context);
      settle();
    };
    child.once('error', (error) =>
      finish(() => reject(new CommandFailed(`${command} could not be started: ${error.message}`, []))),
    );
    if (child.pid === undefined) return;
    running.add(child);
    noteRunning(context);
    child.stdin.on('error', () => {}); // The command may be gone already; its end is reported by 'close'.
    child.stdin.end('noted\n');
    child.once('close', (code, signal) =>
      finish(() => {
        if (code === 0) return resolve(Buffer.concat(stdout).toString('utf8'));
        keepLog(context, command, args, lines);
        reject(new CommandFailed(`${shortName(command, args)} ended with ${signal ?? `code ${code}`}`, lines, isNoise));
      }),
    );
  });
}

const noteRunning = (context) =>
  noteRunningCommands(
    context,
    [...running].map(({ pid }) => pid),
  );

/** A command as a person would say it, without folders and options: `npm ci`, `go install`. */
function shortName(command, args) {
  return [command, ...args]
    .filter((word) => !word.startsWith('-'))
    .slice(0, 3)
    .map((word) => path.basename(word))
    .join(' ');
}

function keepLog(context, command, args, lines) {
  const file = path.join(context.cacheFolder, context.failureLog);
  try {
    fs.writeFileSync(file, [[command, ...args].join(' '), ...lines, ''].join('\n'));
  } catch (error) {
    // The command may have failed because the disk is full; its own output says so.
    if (error.syscall === undefined) throw error;
  }
}

function eachLine(stream, act) {
  let rest = '';
  stream.on('data', (chunk) => {
    const pieces = (rest + chunk.toString('utf8')).split(/[\r\n]+/);
    rest = pieces.pop();
    pieces.filter(Boolean).forEach(act);
  });
  stream.on('end', () => rest && act(rest));
}

/** Ends all commands at work. */
function endRunningCommands() {
  running.forEach(endCommand);
}

/** Ends a command with all the processes it started. */
function endCommand({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The absolute path of a program on PATH, or undefined. */
function findOnPath(context, name) {
  const folders = (context.environment.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What a short command prints, or undefined where it fails or takes over a minute. */
async function askCommand(context, command, args) {
  try {
    return await runCommand(context, command, args, { cwd: context.cacheFolder, timeoutMs: ANSWER_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}

module.exports = { runCommand, endRunningCommands, findOnPath, isExecutable, askCommand, CommandFailed };
