import { renderReport } from '../../../activities/report';
import { confusions } from '../../../activities/report/confusions';
import { html, markupOf } from '../../../activities/report/html';
import type { TestResult } from '../../../workflows/words/progress';
import { sampleStudy } from './sample-study';

const TEST: TestResult = {
  values: { loss: 0.4, accuracy: 0.8 },
  topK: { k: 5, accuracy: 0.95 },
  confusion: {
    classNames: ['cat', '<dog>', 'emu'],
    counts: [
      [8, 2, 0],
      [5, 5, 0],
      [0, 0, 0],
    ],
  },
};

function sectionOf(test: TestResult): string {
  const { final } = sampleStudy().record;
  return markupOf(html`${confusions({ ...final!, test })}`);
}

describe('the confusion matrix of a report', () => {
  it('names the most frequent mistakes first, with names escaped', () => {
    expect(sectionOf(TEST)).toContain('Most often: &lt;dog&gt; taken for cat (5), cat taken for &lt;dog&gt; (2).');
  });

  it('has a row per class, coloured by its share, recalls and precisions', () => {
    const section = sectionOf(TEST);
    expect(section).toContain('<td class="right" style="--share: 80%" title="8 examples of cat taken for cat">8</td>');
    expect(section).toContain(
      '<td class="wrong" style="--share: 50%" title="5 examples of &lt;dog&gt; taken for cat">5</td>',
    );
    expect([...section.matchAll(/<td class="number">([^<]*)</g)].map(([, cell]) => cell)).toEqual([
      '0.8000',
      '0.5000',
      '\u2013',
      // Precisions.
      '0.6154',
      '0.7143',
      '\u2013',
    ]);
  });

  it('leaves the numbers of many classes to tooltips', () => {
    const classNames = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    const counts = classNames.map((_, i) => classNames.map((_name, j) => (i === j ? 3 : 0)));
    const section = sectionOf({ ...TEST, confusion: { classNames, counts } });
    expect(section).toContain('title="3 examples of class 0 taken for class 0"></td>');
    expect(section).toContain('Every test example was told right.');
  });

  it('is left out where there is none, and stands in the report with the top-5 accuracy where there is', () => {
    const input = sampleStudy();
    expect(renderReport(input)).not.toContain('What it confuses');
    const page = renderReport({ ...input, record: { ...input.record, final: { ...input.record.final!, test: TEST } } });
    expect(page).toContain('<h2>What it confuses</h2>');
    expect(page).toContain('top-5 accuracy');
  });
});
