/** One line that grows: rewritten in place on a terminal, elsewhere told now and then. */
export interface Counter {
  show(text: string): void;
  end(): void;
}

const TERMINAL_MILLISECONDS = 100;
const LOG_MILLISECONDS = 10_000;

/** What goes on, on a stream; the first text is always told. */
export function counterOn(stream: Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean }): Counter {
  const isTerminal = stream.isTTY === true;
  const every = isTerminal ? TERMINAL_MILLISECONDS : LOG_MILLISECONDS;
  let toldAt = -Infinity;
  return {
    show: (text) => {
      if (performance.now() - toldAt < every) return;
      toldAt = performance.now();
      stream.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end: () => {
      if (isTerminal && toldAt !== -Infinity) stream.write('\r\u001b[K');
    },
  };
}
