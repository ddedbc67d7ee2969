import { withInsights } from '../../../activities/insights';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { Decision } from '../../../workflows/stages/stage';
import type { EpochMeasurement, Outcome } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { contextOf, drive, INCUMBENT, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const SPACE = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
  units: { integer: [16, 128], step: 16 },
  activation: { choice: ['relu', 'tanh'] },
};
const START = { ...INCUMBENT, weightDecay: 1e-4, units: 64, activation: 'relu' };

const valueOf = ({ hparams }: TrialSpec, name: string): number => Number(hparams[name]);

/** A loss that hangs on weight decay; what training it takes, on the units. */
const lossOf = (spec: TrialSpec): number =>
  0.1 +
  0.05 * (Math.log10(valueOf(spec, 'weightDecay')) + 3) ** 2 +
  0.004 * uniform(deriveSeed(spec.seed, JSON.stringify(spec.hparams)), 1);

function ended(spec: TrialSpec, valLoss: number, curve?: readonly EpochMeasurement[]): Outcome {
  const base = measured(valLoss, {
    deviceSeconds: 1 + valueOf(spec, 'units') / 20,
    parameters: 1000 * valueOf(spec, 'units'),
  });
  return { status: 'completed', measurement: curve === undefined ? base : { ...base, curve } };
}

const plain: Network = (spec) => ended(spec, lossOf(spec));

function decisionOn(network: Network, options: object = {}, changes = {}): Decision {
  const context = contextOf(optionsOf('regularizationSweep', { space: SPACE, trials: 30, replicates: 1, ...options }), {
    incumbent: START,
    ...changes,
  });
  return withInsights(regularizationSweep.decide(drive(regularizationSweep, context, { network })));
}

const tableOf = ({ evidence }: Decision, title: RegExp) => evidence.tables.find((table) => title.test(table.title));

describe('the importance of hyperparameters', () => {
  it('is in the evidence as charts and as a table', () => {
    const decision = decisionOn(plain);
    const [variance, separation] = decision.evidence.bars ?? [];
    expect(variance).toMatchObject({ title: 'What valLoss depends on (fANOVA)' });
    expect(variance?.bars[0]).toMatchObject({
      name: 'weightDecay',
      value: expect.any(Number),
      interval: [expect.any(Number), expect.any(Number)],
    });
    expect(variance?.bars[0]).not.toHaveProperty('isFaint');
    expect(separation).toMatchObject({ note: expect.stringMatching(/^only weightDecay stands out of chance/) });
    expect(tableOf(decision, /^Importance of the hyperparameters, over 30 points$/)?.rows[0]?.[0]).toBe('weightDecay');
  });

  it('is refused, with the number that it takes, where points are few', () => {
    const { evidence } = decisionOn(plain, { trials: 10 });
    expect(evidence.bars).toEqual([
      {
        title: 'What valLoss depends on',
        xLabel: '',
        bars: [],
        note: 'it takes at least 16 points with a score to tell, and there are 10',
      },
    ]);
  });

  it('is not asked of a space of one dimension', () => {
    expect(decisionOn(plain, { space: { weightDecay: SPACE.weightDecay } }).evidence.bars).toEqual([]);
  });

  it('says so where nothing stands out', () => {
    const noise: Network = (spec) => ended(spec, 0.5 + uniform(deriveSeed(spec.seed, JSON.stringify(spec.hparams)), 3));
    expect(decisionOn(noise).evidence.bars?.at(-1)?.note).toMatch(/^none stands out of chance/);
  });
});

it('a slice shows every point by its value, those that were the best when they came apart', () => {
  const { plots } = decisionOn(plain).evidence;
  expect(plots.map(({ title }) => title)).toEqual([
    'Objective by trial',
    'Objective by weightDecay',
    'Objective by dropoutRate',
    'Objective by units',
    'valLoss against device seconds',
    'valLoss against parameters',
  ]);
  const [tried, best] = plots[1]!.series;
  expect(tried!.x.length + best!.x.length).toBe(30);
  expect(plots[1]).toMatchObject({
    xScale: 'log',
    series: [
      { name: 'tried', drawnAs: 'points' },
      { name: 'best when tried', drawnAs: 'points' },
    ],
  });
  expect(Math.min(...best!.y)).toBeLessThan(Math.min(...tried!.y));
});

describe('what a better objective costs', () => {
  it('is a front that nothing beats in both', () => {
    const decision = decisionOn((spec) => ended(spec, lossOf(spec) + 1 / valueOf(spec, 'units')));
    const rows =
      tableOf(decision, /^Not beaten in both valLoss and parameters: hypervolume 0\.\d+ of the range$/)?.rows ?? [];
    expect(rows.length).toBeGreaterThan(1);
    rows.slice(1).forEach((row, i) => {
      expect(Number(row[2])).toBeGreaterThan(Number(rows[i]![2]));
      expect(Number(row[1])).toBeLessThan(Number(rows[i]![1]));
    });
  });

  it('is left out where costs do not differ', () => {
    const decision = decisionOn((spec) => ({ status: 'completed', measurement: measured(lossOf(spec)) }));
    expect(tableOf(decision, /^Not beaten/)).toBeUndefined();
  });
});

it('points that fail in one region give a warning that names it', () => {
  const failing: Network = (spec, facts) =>
    valueOf(spec, 'dropoutRate') > 0.46
      ? { status: 'diverged', step: 3, measurement: measured(null) }
      : plain(spec, facts);
  const decision = decisionOn(failing, { trials: 40 });
  expect(decision.evidence.warnings).toContainEqual(
    expect.stringMatching(
      /^\d+ of \d+ points with dropoutRate 0.45 to 0.6 failed, and few others: narrow the space there$/,
    ),
  );
  expect(tableOf(decision, /^Failed points by region$/)?.columns).toEqual([
    'hyperparameter',
    'values',
    'tried',
    'failed',
    'share failed',
  ]);
  expect(tableOf(decisionOn(plain), /^Failed points by region$/)).toBeUndefined();
});

describe('the length of the trainings', () => {
  const curveOf = (valLoss: (epoch: number) => number): readonly EpochMeasurement[] =>
    Array.from({ length: 20 }, (_, i) => ({
      epoch: i + 1,
      step: 30 * (i + 1),
      learningRate: 1e-3,
      trainLoss: 1 / (i + 1),
      values: { valLoss: valLoss(i + 1), valAccuracy: 0.9 },
      deviceSeconds: i,
    }));

  it('is called too long where most points overfit', () => {
    const { warnings } = decisionOn((spec) =>
      ended(
        spec,
        lossOf(spec),
        curveOf((epoch) => 0.2 + 0.02 * Math.abs(epoch - 6)),
      ),
    ).evidence;
    expect(warnings).toContain(
      '30 of 30 points overfit: fewer epochs, training.earlyStopping or stronger regularization would spend less on them',
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /^the best point overfits: its validation loss was lowest at epoch 6 of 20 and has risen by \d+ % since, while the training loss fell$/,
      ),
    );
  });

  it('is called too short where most were still learning at their end', () => {
    const { warnings } = decisionOn((spec) =>
      ended(
        spec,
        lossOf(spec),
        curveOf((epoch) => 3 - 0.1 * epoch),
      ),
    ).evidence;
    expect(warnings).toContain(
      '30 of 30 points were still learning at the end: in longer trainings (epochs) another point may be the best',
    );
  });

  it('is not called too short by one that was stopped early', () => {
    const stopped: Network = (spec) =>
      ({
        ...ended(
          spec,
          lossOf(spec),
          curveOf((epoch) => 3 - 0.1 * epoch),
        ),
        status: 'earlyStopped',
      }) as Outcome;
    expect(decisionOn(stopped).evidence.warnings.filter((warning) => warning.includes('still learning'))).toEqual([]);
  });
});
