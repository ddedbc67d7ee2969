'use strict';

const TERMINAL_REFRESH_MS = 200;
const PLAIN_REFRESH_MS = 15_000;

/**
 * One line for the part at work: its name, what is being done and for how long. A terminal sees the line change in place;
 * anything else gets plain lines at the start, every 15 s and at the end.
 */
function createProgress(output) {
  const terminal = output.isTTY === true;
  let current;
  let timer;

  const line = () =>
    `${current.name}: ${current.doing}${current.detail && ` ${current.detail}`} (${elapsed(current.since)})`;
  const clear = () => terminal && output.write('\r\x1b[2K');
  const draw = () => output.write(terminal ? `\r\x1b[2K${clip(line(), output.columns)}` : `${line()}\n`);
  const stop = () => {
    if (timer !== undefined) clearInterval(timer);
    if (current !== undefined) clear();
    timer = undefined;
    current = undefined;
  };

  return {
    begin(name) {
      stop();
      current = { name, doing: 'checking', detail: '', since: Date.now() };
      timer = setInterval(draw, terminal ? TERMINAL_REFRESH_MS : PLAIN_REFRESH_MS);
    },
    /** Says what is being done now, for example `building v1.5.1 with go`. */
    doing(text) {
      if (current === undefined) return;
      Object.assign(current, { doing: text, detail: '' });
      draw();
    },
    /** Says how far it is, for example the package being compiled. */
    detail(text) {
      if (current !== undefined) current.detail = text;
    },
    end(result) {
      const { name, since } = current;
      stop();
      output.write(`${name}: ${result}, ready after ${elapsed(since)}\n`);
    },
    fail() {
      const { name, since } = current;
      stop();
      output.write(`${name}: failed after ${elapsed(since)}\n`);
    },
    /** Writes a line of its own. */
    say(text) {
      clear();
      output.write(`${text}\n`);
    },
    stop,
  };
}

function elapsed(since) {
  const seconds = Math.floor((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function clip(text, columns = 80) {
  return text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
}

module.exports = { createProgress };
