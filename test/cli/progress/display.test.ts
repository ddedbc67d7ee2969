import { Writable } from 'node:stream';
import { displayFor } from '../../../cli/progress/display';
import { pendingStage, progress, stage, view } from '../fixtures/sample-view';

/** What a terminal that knows the escape codes in use would show: its rows, and whether its cursor is visible. */
class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  cursorVisible = true;
  private screen: string[] = [''];
  private row = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (const [, up, code, text, newline] of chunk
      .toString()
      .matchAll(/\x1b\[(\d+)A|(\x1b\[[\d;?]*[a-zA-Z]|\r)|([^\x1b\r\n]+)|(\n)/g)) {
      if (up !== undefined) this.row -= Number(up);
      else if (code === '\x1b[?25l' || code === '\x1b[?25h') this.cursorVisible = code.endsWith('h');
      else if (code === '\x1b[J') this.screen = this.screen.slice(0, this.row).concat('');
      else if (text !== undefined) this.screen[this.row] = text;
      else if (newline !== undefined) this.screen[++this.row] ??= '';
    }
    done();
  }

  shown(): readonly string[] {
    return this.screen.slice(0, this.row);
  }
}

function terminal() {
  const fake = new FakeTerminal();
  return { fake, display: displayFor(fake as unknown as NodeJS.WriteStream) };
}

describe('the display on a terminal', () => {
  beforeEach(() => {
    process.env['NO_COLOR'] = '1';
  });
  afterEach(() => {
    delete process.env['NO_COLOR'];
  });

  const long = view({ progress: progress({ stages: [stage(), pendingStage] }) });
  const short = view({ progress: undefined });

  test('changes in place, and a shorter frame leaves nothing of a longer one', () => {
    const { fake, display } = terminal();
    display.show(long);
    expect(fake.shown()).toHaveLength(3);
    display.show(short);
    expect(fake.shown()).toEqual(['digits  starting  1 min 15 s']);
    display.end();
  });

  test('keeps notes above what changes', () => {
    const { fake, display } = terminal();
    display.note('starting');
    display.show(short);
    display.note('the S3 server has ended\nand is started again');
    display.show(short);
    expect(fake.shown()).toEqual([
      'starting',
      'the S3 server has ended',
      'and is started again',
      'digits  starting  1 min 15 s',
    ]);
    display.end();
  });

  test('hides the cursor while it shows something, and gives it back', () => {
    const { fake, display } = terminal();
    display.show(short);
    expect(fake.cursorVisible).toBe(false);
    display.end();
    expect(fake.cursorVisible).toBe(true);
    expect(process.listenerCount('exit')).toBe(0);
  });
});

test('elsewhere progress is plain lines on stderr', () => {
  let written = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  const display = displayFor({ isTTY: false } as NodeJS.WriteStream);
  display.note('starting');
  display.show(view());
  display.end();
  write.mockRestore();
  expect(written).toBe('starting\nlr-range-test begins: which learning rate; at most 3 trials\n');
});
