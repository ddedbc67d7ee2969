import fc from 'fast-check';
import { formatCsv, parseCsv } from '../../../activities/interchange/csv-text';

describe('comma-separated text', () => {
  it('comes back as it was written, whatever is in its cells', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', '""', 'a,b', 'a\r\nb', '\n', ' a ', '\uFEFFa', '', 'é', '😀', '=1+1'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell)), (rows) => {
        const text = formatCsv([['x', 'y', 'z'], ...rows]);
        expect(parseCsv(text)).toEqual({ columns: ['x', 'y', 'z'], rows });
      }),
    );
  });

  it('keeps every number to its last digit', () => {
    fc.assert(
      fc.property(fc.double(), (number) => {
        expect(
          Number(
            parseCsv(
              formatCsv([
                ['x', 'y'],
                [number, 1],
              ]),
            ).rows[0]?.[0],
          ),
        ).toBe(number === 0 ? 0 : number);
      }),
    );
  });

  it.each([
    ['line ends of Unix', 'a,b\n1,2\n3,4\n'],
    ['line ends of Windows', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['line ends of old Macs', 'a,b\r1,2\r3,4'],
    ['no last line end', 'a,b\n1,2\n3,4'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n3,4\n'],
    ['empty lines', '\na,b\n\n1,2\n\r\n3,4\n\n'],
    ['quotes around everything', '"a","b"\n"1","2"\n"3","4"'],
    ['spaces around the names', ' a , b \n1,2\n3,4'],
  ])('is read with %s', (_, text) => {
    expect(parseCsv(text)).toEqual({
      columns: ['a', 'b'],
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    });
  });

  it.each([
    ['nothing', '', /^the file is empty; its first line must name the columns$/],
    ['a line that is too short', 'a,b\n1,2\n3\n', /^line 3 must have 2 cells as the first line has, got 1$/],
    [
      'a line that is too long, after a cell of two lines',
      'a,b\n"1\n1",2\n3,4,5\n',
      /^line 4 must have 2 cells as the first line has, got 3$/,
    ],
    ['a quote that never ends', 'a,b\n1,"2\n3,4\n', /^line 2 begins a quoted cell that never ends; close it with "$/],
    [
      'text after a quote',
      'a,b\n"1"x,2\n',
      /^line 2 goes on after a closing quote; write a quote inside a cell as ""$/,
    ],
    ['a column twice', 'a,b,a\n1,2,3\n', /^column a must be there once, is there twice$/],
    ['a column without a name', 'a,,b\n1,2,3\n', /^column 2 must have a name$/],
    ['semicolons', 'a;b\n1;2\n', /^columns must be separated by commas; save the file with commas$/],
  ])('is refused with %s, in one sentence', (_, text, message) => {
    expect(() => parseCsv(text)).toThrow(message);
  });
});
