import { renderReport } from '../../../activities/report';
import type { ReportInput } from '../../../activities/report';
import { escapeText, html, markupOf, trusted } from '../../../activities/report/html';
import { sampleStudy } from './sample-study';

/** Headings in the order in which they stand. */
function headings(page: string): readonly string[] {
  return [...page.matchAll(/<h([12])>(.*?)<\/h\1>/g)].map(([, , text]) => (text ?? '').replace(/<[^>]*>/g, ' ').trim());
}

/** Every string in a value replaced, so that no place where a name could go is missed. */
function withEveryString<T>(value: T, replace: (text: string) => string): T {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    typeof inner === 'string' ? replace(inner) : inner,
  ) as T;
}

/** Values that choose a branch, not text for people. */
const FIXED = new Set([
  'cosine',
  'completed',
  'cancelled',
  'failed',
  'running',
  'resolving',
  'decided',
  'pending',
  'earlyStopped',
  'diverged',
  'dead',
  'outOfMemory',
  'low',
  'medium',
  'high',
  'linear',
  'log',
  'minimize',
  'valLoss',
  'test',
  'train',
  'trainerKilled',
  'workerLost',
]);

describe('a report', () => {
  it('tells what people changed while the study ran, and is silent where nobody did', () => {
    const input = sampleStudy();
    const changes = [
      { what: 'pause', detail: 'running trials write checkpoints', at: '2026-01-02T03:04:05.000Z', by: '<ada>' },
    ] as const;
    const page = renderReport({
      ...input,
      record: { ...input.record, progress: { ...input.record.progress, changes } },
    });
    expect(headings(page)).toContain('Changes while it ran');
    expect(page).toContain(
      '2026-01-02 03:04:05</td><td>pause</td><td class="text">running trials write checkpoints</td><td>&lt;ada&gt;</td>',
    );
    expect(headings(renderReport(input))).not.toContain('Changes while it ran');
  });

  it('answers first, then shows how', () => {
    const page = renderReport(sampleStudy());
    expect(headings(page)).toEqual(
      [
        'digits',
        'What to be careful about',
        'Final hyperparameters',
        'What bears on this rate and this batch',
        'Stages',
        '1 lr-range-test',
        '2 batch-size-ladder',
        '3 lr-retest',
        '4 regularization-sweep',
        '5 final-train',
        'Recoveries',
        'What this rests on',
      ].map((text) => expect.stringMatching(new RegExp(`^${text.replace(' ', '\\s+')}$`)) as string),
    );
    expect(page.indexOf('0.9806')).toBeLessThan(page.indexOf('What to be careful about'));
    expect(page).toContain('95 % interval 0.9604 to 0.9906, on 360 examples');
    expect(page).toContain('121 steps and 5.52 s done twice');
  });

  it('has for each stage its question, its reason, its confidence, its warnings and its evidence', () => {
    const page = renderReport(sampleStudy());
    const stage = page.slice(page.indexOf('id="stage-2"'), page.indexOf('id="stage-3"'));
    for (const part of [
      'Which batch size?',
      'batch size 64 reached the target loss of 0.2 first',
      'medium',
      'the race was decided by 4 %',
      '<svg',
      'Rungs',
      'out of memory',
      'knee',
    ])
      expect(stage).toContain(part);
    expect(stage).toMatch(/<code>batchSize<\/code> 32 → <strong>64<\/strong>/);
  });

  it('marks an answer that a later stage replaced, and why, and no longer calls it the answer', () => {
    const sample = sampleStudy();
    const replacing = sample.decisions.map((record) =>
      record.decision.stageId === 'lr-retest'
        ? { ...record, decision: { ...record.decision, supersedes: ['lr-range-test'] } }
        : record,
    );
    const page = renderReport({ ...sample, decisions: replacing });
    const stage = page.slice(page.indexOf('id="stage-1"'), page.indexOf('id="stage-2"'));
    const because = escapeText(replacing.find(({ decision }) => decision.stageId === 'lr-retest')!.decision.because);
    expect(stage).toContain(`Replaced by lr-retest: ${because}`);
    expect(page).toContain('<span class="quiet">replaced by lr-retest</span>');
    expect(renderReport(sample)).not.toMatch(/replaced by/i);
  });

  it('says of a range test that broke down that it ended its ramp, and warns of none', () => {
    const page = renderReport(sampleStudy());
    const stage = page.slice(page.indexOf('id="stage-1"'), page.indexOf('id="stage-2"'));
    expect(stage).toContain('<span class="status completed">ended the ramp: dead at 0.3</span>');
    expect(stage).not.toMatch(/class="status (dead|diverged)"/);
  });

  it('names what the result rests on', () => {
    const page = renderReport(sampleStudy());
    for (const part of [
      'file:///data/digits',
      '5f1d1b3a9a6f0c77',
      'mnist-cnn',
      'tensorflow 2.21.0 cpu',
      'reproducible: true',
      's3://stepwell/v1/studies/digits/',
    ])
      expect(page).toContain(part);
  });

  it('shows every change of a hyperparameter with the stages that made it', () => {
    const row = /<tr><th scope="row"><code>learningRate<\/code>.*?<\/tr>/s.exec(renderReport(sampleStudy()))?.[0] ?? '';
    expect(
      row
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ).toBe('learningRate 0.001 0.00351 lr-range-test (0.002875) → batch-size-ladder (0.004065) → lr-retest (0.00351)');
  });

  it('is the same text every time', () => {
    expect(renderReport(sampleStudy())).toBe(renderReport(sampleStudy()));
  });

  it('needs nothing from outside and runs no script', () => {
    const page = renderReport(sampleStudy());
    expect(page).not.toMatch(/<script|<link rel="stylesheet"|https?:|@import|url\(/);
    expect(page).toContain("default-src 'none'");
  });

  it('has a target for every link, and closes what it opens', () => {
    for (const page of [renderReport(sampleStudy()), renderReport(sampleStudy({ decided: 1, status: 'failed' }))]) {
      const targets = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(targets).size).toBe(targets.length);
      for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(targets).toContain(target);
      for (const element of [
        'section',
        'table',
        'tr',
        'td',
        'svg',
        'g',
        'ul',
        'dl',
        'details',
        'figure',
        'span',
        'div',
      ]) {
        expect([element, page.match(new RegExp(`</${element}>`, 'g'))?.length]).toEqual([
          element,
          page.match(new RegExp(`<${element}[ >]`, 'g'))?.length,
        ]);
      }
    }
  });

  it('draws its curves from the decision kept in the store, and does without where it was not kept', () => {
    expect(renderReport(sampleStudy())).toContain('<figure class="plot">');
    const page = renderReport({ ...sampleStudy(), decisions: [] });
    expect(page).not.toContain('<figure');
    expect(page).toContain('batch size 64 reached the target loss');
  });
});

describe('a report of a study that ended early', () => {
  it('says that it failed, where and why, and what was never begun', () => {
    const page = renderReport(
      sampleStudy({ decided: 2, status: 'failed', failure: 'data set is corrupt [key=datasets/5f1d]' }),
    );
    expect(page).toContain('There is no test result: the study was ended by a failure in stage lr-retest.');
    expect(page).toContain('data set is corrupt [key=datasets/5f1d]');
    expect(page).toContain('2 of 5 stages decided');
    expect(page).toContain('never begun: regularization-sweep, final-train');
    expect(page).toContain('was cut short after 2 trials of at most 3');
    expect(headings(page)).toContain('Hyperparameters so far');
  });

  it('says that it was cancelled, even before the first trial', () => {
    const input = sampleStudy({ decided: 0, status: 'cancelled' });
    const stages = input.record.progress.stages.map((stage) => ({ ...stage, status: 'pending' as const, trials: [] }));
    const untouched: ReportInput = {
      ...input,
      record: {
        ...input.record,
        engines: [],
        progress: { ...input.record.progress, stages, trials: 0, deviceSeconds: 0, receipts: [] },
      },
    };
    const page = renderReport(untouched);
    expect(page).toContain('the study was cancelled before stage lr-range-test');
    expect(page).toContain('No stage changed any');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('does not speak of a test result in a study without a final training', () => {
    const input = sampleStudy();
    const page = renderReport({ ...input, record: { ...input.record, final: null } });
    expect(page).toContain('no stage that trains for good');
  });

  it('says when the final trial was never evaluated', () => {
    const input = sampleStudy();
    expect(
      renderReport({
        ...input,
        record: { ...input.record, final: { ...input.record.final!, test: null, model: null } },
      }),
    ).toContain('not measured');
  });
});

describe('names in a report', () => {
  it('are escaped wherever they come from', () => {
    const attack = '"><img src=x onerror=alert(1)><script>alert(1)</script>\'&';
    const page = renderReport(withEveryString(sampleStudy(), (text) => (FIXED.has(text) ? text : attack)));
    expect(page).not.toMatch(/<img|<script/);
    expect(page).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;');
    expect(page.match(/<svg/g)?.length).toBeGreaterThan(3);
  });

  it('are escaped as names of hyperparameters and in layers', () => {
    const input = sampleStudy();
    const { study } = input.record;
    const hostile = {
      ...study,
      model: { layers: [{ className: '<b>', config: { '</code>': '<i>' } }] },
      training: { ...study.training, hparams: { '<u>': '<s>' } },
    };
    const page = renderReport({ ...input, record: { ...input.record, study: hostile } });
    expect(page).not.toMatch(/<(b|i|u|s)>/);
  });

  it('cannot pass for markup as an object from a store', () => {
    const forged = { markup: '<script>', toString: () => '<script>' } as unknown as string;
    expect(markupOf(html`<p>${forged}</p>`)).toBe('<p>&lt;script&gt;</p>');
    expect(markupOf(html`<p>${trusted('<b>')}${[1, null, false, 'a&b']}</p>`)).toBe('<p><b>1a&amp;b</p>');
  });

  it('lose control characters and marks that turn text around', () => {
    expect(escapeText('a\u0000b\u202ec\n')).toBe('a\ufffdb\ufffdc\n');
  });

  it('may be so long that a table of hundreds of trials is cut, which is said', () => {
    const input = sampleStudy();
    const many = Array.from({ length: 501 }, (_, i) => ({
      ...input.decisions[3]!.trials[0]!,
      trialId: `regularization-sweep/${i}`,
    }));
    const page = renderReport({
      ...input,
      decisions: input.decisions.map((kept, i) => (i === 3 ? { ...kept, trials: many } : kept)),
    });
    expect(page).toContain('and 1 more trial, in decisions/regularization-sweep.json beside this report');
  });
});
