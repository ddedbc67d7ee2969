import { scoreOf } from '../../../workflows/analysis';
import { summarize } from '../../../workflows/driver/pages/summary';
import { finalTrain } from '../../../workflows/stages/final-train/stage';
import { lrRetest } from '../../../workflows/stages/lr-retest/stage';
import type { Stage } from '../../../workflows/stages/stage';
import { sweep } from '../../../workflows/stages/sweep/stage';
import type { EpochMeasurement } from '../../../workflows/words/outcome';
import type { Objective } from '../../../workflows/words/study';
import { completed, contextOf, drive, FACTS, measured, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

const OBJECTIVES: readonly Objective[] = [
  { metric: 'valLoss', direction: 'minimize' },
  { metric: 'valAccuracy', direction: 'maximize' },
];
const SEED_SCORES: readonly EpochMeasurement['values'][] = [
  { valLoss: 0.01, valAccuracy: 0.9 },
  { valLoss: 0.04, valAccuracy: 0.8 },
];

/** Two seeds, each better at its best epoch than where it ends. */
const overfitted =
  (stage: Stage<never>): Network =>
  ({ seed, trialId }) => {
    const place = stage.name === 'lrRetest' || stage.name === 'sweep' ? seeds.indexOf(seed) : Number(trialId.slice(-1));
    const own = SEED_SCORES[place === -1 ? seeds.push(seed) - 1 : place]!;
    const [line] = measured(1).curve;
    const best = { ...line!, values: own };
    const last = { ...line!, epoch: 2, step: 200, values: { valLoss: 0.6, valAccuracy: 0.5 } };
    return completed(null, { best, curve: [best, last] });
  };
let seeds: number[] = [];

beforeEach(() => {
  seeds = [];
});

const STAGES: readonly (readonly [Stage<never>, object])[] = [
  [lrRetest as Stage<never>, optionsOf('lrRetest', { replicates: 2 })],
  [sweep as Stage<never>, optionsOf('sweep', { space: { weightDecay: { choice: [0.1] } }, trials: 2, replicates: 2 })],
  [finalTrain as Stage<never>, optionsOf('finalTrain', { replicates: 2 })],
];

describe.each(OBJECTIVES)('by $metric', (objective) => {
  const { metric } = objective;
  const facts = { ...FACTS, objective };

  it.each(STAGES.map(([stage, options]) => [stage.name, stage, options] as const))(
    'every stage tells the score of the best epoch: %s',
    (_name, stage, options) => {
      const context = drive(stage, contextOf(options as never, { facts }), { network: overfitted(stage) });
      const { rows, columns } = stage.decide(context).evidence.tables[0]!;
      const shown = new Set(rows.map((row) => row[columns.indexOf(metric)]));
      context.trials.forEach((trial) => {
        expect(SEED_SCORES.map((one) => one[metric])).toContain(scoreOf(trial, objective));
        expect(summarize('stage', context.trials, trial, objective).score).toBe(scoreOf(trial, objective));
      });
      for (const score of shown) expect(SEED_SCORES.map((one) => one[metric])).toContain(score);
    },
  );

  it('every stage that names a mean over seeds names the same', () => {
    const mean = metric === 'valLoss' ? '0.02' : '0.85';
    const [[retest, retestOptions], [search, searchOptions]] = STAGES as [(typeof STAGES)[0], (typeof STAGES)[0]];
    const decisionOf = (stage: Stage<never>, options: object) => {
      seeds = [];
      return stage.decide(drive(stage, contextOf(options as never, { facts }), { network: overfitted(stage) }));
    };
    const notes = decisionOf(retest, retestOptions).alternatives.map(
      ({ note }) => new RegExp(`${metric} ([\\d.]+)`).exec(note)?.[1],
    );
    expect(new Set(notes)).toEqual(new Set([mean]));
    const { rows, columns } = decisionOf(search, searchOptions).evidence.tables[0]!;
    rows.forEach((row) => expect(row[columns.indexOf('mean')]).toBeCloseTo(Number(mean), 12));
  });
});

it('a trial that broke down has no score, whatever it had reached', () => {
  const context = drive(finalTrain as Stage<never>, contextOf(optionsOf('finalTrain', { replicates: 2 }) as never), {
    network: (spec, facts) =>
      spec.trialId.endsWith('0')
        ? completed(0.2)
        : { ...OUTCOMES.diverged(spec, facts), status: 'diverged', step: 3, measurement: measured(0.001) },
  });
  expect(context.trials.map((trial) => summarize('stage', context.trials, trial, FACTS.objective).score)).toEqual([
    0.2,
    null,
  ]);
});
