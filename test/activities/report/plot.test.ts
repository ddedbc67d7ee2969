import { markupOf } from '../../../activities/report/html';
import { renderPlot, SERIES_COLOURS } from '../../../activities/report/plot';
import type { Plot } from '../../../workflows/stages/stage';

const PLOT: Plot = {
  title: 'Loss',
  xLabel: 'step',
  yLabel: 'loss',
  xScale: 'linear',
  yScale: 'linear',
  series: [],
  marks: [],
};
const draw = (plot: Partial<Plot>): string => markupOf(renderPlot({ ...PLOT, ...plot }));
const line = (name: string, points = 3) => ({
  name,
  x: Array.from({ length: points }, (_, i) => i),
  y: Array.from({ length: points }, (_, i) => i * i),
});

describe('renderPlot', () => {
  it('says so where there is nothing to draw', () => {
    for (const series of [[], [{ name: 'empty', x: [], y: [] }], [{ name: 'not finite', x: [1], y: [NaN] }]]) {
      const figure = draw({ series });
      expect(figure).toContain('No points to draw');
      expect(figure).not.toContain('<svg');
    }
  });

  it('draws one point as a dot, without a line', () => {
    const figure = draw({ series: [{ name: 'one', x: [3], y: [0.5] }] });
    expect(figure).toContain('<circle');
    expect(figure).not.toContain('stroke-dasharray');
    expect(figure).not.toContain('NaN');
  });

  it('draws points without a line where a line would say too much, however many they are', () => {
    const figure = draw({ series: [{ ...line('scores', 60), drawnAs: 'points' }] });
    expect(figure.match(/<circle/g)).toHaveLength(60);
    expect(figure).not.toContain('stroke-dasharray');
  });

  it('leaves out what has no place on its axes', () => {
    const figure = draw({ yScale: 'log', series: [{ name: 'a', x: [1, 2, 3, 4], y: [1, 0, NaN, 10] }] });
    expect(figure.match(/<circle/g)).toHaveLength(2);
    expect(figure).not.toMatch(/NaN|Infinity/);
  });

  it('thins a huge series', () => {
    expect(draw({ series: [line('long', 200_000)] }).length).toBeLessThan(20_000);
  });

  it('names a few lines at their ends and many in a legend', () => {
    expect(draw({ series: [line('only')] })).not.toMatch(/class="(names|legend)"/);
    expect(draw({ series: [line('a'), line('b')] })).toContain('class="names"');
    expect(draw({ series: 'abcdefgh'.split('').map((name) => line(name)) })).toContain('class="legend"');
    expect(draw({ series: [line('a name that is far too long for the margin'), line('b')] })).toContain(
      'class="legend"',
    );
  });

  it('tells lines of the same colour apart by their dash', () => {
    const strokes = [
      ...draw({ series: Array.from({ length: SERIES_COLOURS + 1 }, (_, i) => line(`s${i}`)) }).matchAll(
        /class="series (s\d)"><path [^>]*stroke-dasharray="([^"]*)"/g,
      ),
    ].map(([, colour, dash]) => `${colour} ${dash}`);
    expect(new Set(strokes).size).toBe(SERIES_COLOURS + 1);
  });

  it('draws the marks with their names, inside an axis that reaches to them', () => {
    const figure = draw({
      xScale: 'log',
      series: [{ name: 'a', x: [1, 10], y: [1, 2] }],
      marks: [
        { name: 'chosen', x: 1000 },
        { name: 'nowhere', x: 0 },
      ],
    });
    expect(figure).toContain('>chosen</text>');
    expect(figure).not.toContain('nowhere');
    expect(figure).toContain('>1,000</text>');
  });

  it('keeps points of equal height apart from the axis', () => {
    expect(draw({ series: [{ name: 'flat', x: [1, 2], y: [0, 0] }] })).not.toContain('NaN');
  });
});
