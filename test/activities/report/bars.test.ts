import { renderBars } from '../../../activities/report/bars';
import { markupOf } from '../../../activities/report/html';
import type { BarChart } from '../../../workflows/stages/stage';

const draw = (chart: Partial<BarChart>): string =>
  markupOf(renderBars({ title: 'Importance', xLabel: 'share', bars: [], ...chart }));

describe('renderBars', () => {
  it('gives each bar its name, its value and a length in proportion', () => {
    const figure = draw({
      bars: [
        { name: 'weightDecay', value: 0.8 },
        { name: 'dropoutRate', value: 0.2 },
      ],
    });
    const ends = [...figure.matchAll(/class="fill" d="M2 \d+H([\d.]+)V/g)].map(([, end]) => Number(end) - 2);
    expect(ends[0]! / ends[1]!).toBeCloseTo(4, 1);
    expect(figure).toMatch(/weightDecay {2}0\.8</);
    expect(figure).toContain('<desc>weightDecay 0.8, dropoutRate 0.2</desc>');
  });

  it('draws where a value may lie as well, and faintly what may be chance', () => {
    const figure = draw({
      bars: [
        { name: 'a', value: 0.4, interval: [0.2, 0.6] },
        { name: 'b', value: 0.1, isFaint: true },
      ],
    });
    expect(figure.match(/class="spread"/g)).toHaveLength(1);
    expect(figure.match(/class="faint"/g)).toHaveLength(1);
    expect(figure).toContain('a: 0.4, 0.2 to 0.6');
  });

  it('gives its note as a sentence, with bars or without', () => {
    expect(draw({ note: 'it takes 16 points' })).toContain('<p class="quiet">It takes 16 points.</p>');
    expect(draw({ note: 'it takes 16 points' })).not.toContain('<svg');
  });

  it('draws nothing that is no number, and no more than twenty bars', () => {
    const figure = draw({
      bars: [
        { name: 'broken', value: NaN },
        { name: 'fine', value: 1, interval: [NaN, Infinity] },
        { name: 'none', value: 0 },
      ],
    });
    expect(figure).not.toMatch(/(NaN|Infinity)/);
    expect(figure.match(/class="fill"/g)).toHaveLength(2);
    expect(draw({ bars: Array.from({ length: 25 }, (_, i) => ({ name: `h${i}`, value: 1 })) })).toContain(
      'and 5 more, in the table',
    );
  });

  it('escapes names', () => {
    expect(draw({ bars: [{ name: '<script>', value: 1 }] })).not.toContain('<script>');
  });
});
