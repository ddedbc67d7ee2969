'use strict';

const TERMINAL_REFRESH_MS = 200;
const PLAIN_REFRESH_MS = 15_000;

/**
 * A line for each part at work: its name, what is being done and for how long. A terminal sees the lines change in
 * place; anything else gets plain lines at the start of each step, every 15 s and at the end.
 */
function createProgress(output) {
  const terminal = output.isTTY === true;
  const tasks = new Set();
  let drawn = 0;
  let timer;

  const erased = () => (drawn > 0 ? `\x1b[${drawn}A\x1b[J` : '');
  /** Writes lines of their own above those that change. */
  const write = (lines) => {
    const changing = terminal ? [...tasks].map((task) => clip(lineOf(task), output.columns)) : [];
    output.write(`${erased()}${[...lines, ...changing].map((line) => `${line}\n`).join('')}`);
    drawn = changing.length;
  };
  const refresh = (changed) => write(terminal ? [] : changed.map(lineOf));
  const stopTimer = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const leave = (task, result) => {
    tasks.delete(task);
    if (tasks.size === 0) stopTimer();
    write([`${task.name}: ${result} after ${elapsed(task.since)}`]);
  };

  return {
    /** Shows a part from now on. Its `doing` says what is being done, its `detail` how far that is. */
    begin(name) {
      const task = { name, doing: 'checking', detail: '', since: Date.now() };
      tasks.add(task);
      timer ??= setInterval(() => refresh([...tasks]), terminal ? TERMINAL_REFRESH_MS : PLAIN_REFRESH_MS);
      return {
        doing(text) {
          Object.assign(task, { doing: text, detail: '' });
          refresh([task]);
        },
        detail(text) {
          task.detail = text;
        },
        end: (result) => leave(task, `${result}, ready`),
        fail: () => leave(task, 'failed'),
      };
    },
    /** Outside of a part there is nothing to show. */
    doing() {},
    detail() {},
    say: (text) => write([text]),
    stop() {
      stopTimer();
      tasks.clear();
      if (drawn > 0) write([]);
    },
  };
}

const lineOf = ({ name, doing, detail, since }) => `${name}: ${doing}${detail && ` ${detail}`} (${elapsed(since)})`;

function elapsed(since) {
  const seconds = Math.floor((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A line that wraps could not be erased. */
function clip(text, columns = 80) {
  return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
}

module.exports = { createProgress };
