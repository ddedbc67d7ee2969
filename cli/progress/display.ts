/**
 * Where progress goes: rows that change in place on a terminal, plain lines elsewhere. Always on stderr.
 *
 * @module
 */
import { colorsFor, say } from '../output';
import { frame } from './bars';
import { linesBetween } from './lines';
import type { StudyView } from './view';

export interface Display {
  show(view: StudyView): void;
  /** One line that stays, whatever is shown after it. */
  note(text: string): void;
  /** Leaves the terminal as it was; what was shown last stays. */
  end(): void;
}

/** The display that fits a stream. */
export function displayFor(stream: NodeJS.WriteStream): Display {
  return stream.isTTY === true && process.env['TERM'] !== 'dumb' ? terminalDisplay(stream) : plainDisplay();
}

function plainDisplay(): Display {
  let previous: StudyView | undefined;
  return {
    show(view) {
      linesBetween(previous, view).forEach(say);
      previous = view;
    },
    note: say,
    end: () => undefined,
  };
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

function terminalDisplay(stream: NodeJS.WriteStream): Display {
  const colors = colorsFor(stream);
  let shown: readonly string[] = [];
  const showCursor = (): void => {
    stream.write(SHOW_CURSOR);
  };
  /** One write a frame, each row cleared as it is written, and then what is left of a longer frame: no flicker. */
  const draw = (above: readonly string[], rows: readonly string[]): void => {
    const up = shown.length > 0 ? `\x1b[${shown.length}A` : '';
    stream.write(`${up}\r${[...above, ...rows].map((row) => `${row}\x1b[K\n`).join('')}\x1b[J`);
    shown = rows;
  };
  return {
    show(view) {
      if (shown.length === 0) {
        process.once('exit', showCursor);
        stream.write(HIDE_CURSOR);
      }
      draw([], frame(view, { columns: stream.columns || 80, rows: stream.rows || 24, colors }));
    },
    note: (text) => draw(text.split('\n'), shown),
    end() {
      if (shown.length === 0) return;
      shown = [];
      process.off('exit', showCursor);
      showCursor();
    },
  };
}
