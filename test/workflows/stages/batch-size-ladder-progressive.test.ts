import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { STAGES } from '../../../workflows/stages';
import type { Confidence, Decision, StageContext } from '../../../workflows/stages/stage';
import { stageInUse } from '../../../workflows/stages/stage-in-use';
import { studyTraining } from '../../../workflows/stages/study-training';
import { planStudy } from '../../../workflows/planning/simulate';
import { completed, contextOf, drive, INCUMBENT, OUTCOMES, optionsOf, resultOf } from '../../support/stages';
import type { Network } from '../../support/stages';
import { labels, ladder, LARGE, networkOn, rungs } from '../../support/ladder';
import { MINIMAL, parsed } from '../spec/parsing';

const GROWTH = { strategy: 'progressive' };
/** As a study with this strategy starts. */
const START = { ...INCUMBENT, batchGrowth: 'none' };

/** Both ways' losses, off by each seed's luck, on a machine whose steps are mostly overhead, or mostly examples. */
const scoring =
  (losses: { readonly fixed: number; readonly grown: number }, spread: number, study = 0, overhead = 0.05): Network =>
  (spec, facts) => {
    if (!/^(race|growth)/.test(spec.label)) return networkOn({ overhead })(spec, facts);
    const isGrown = spec.batchGrowth !== undefined;
    const luck = normalQuantile(uniform(deriveSeed(spec.seed, 'luck', study), Number(isGrown)));
    return completed((isGrown ? losses.grown : losses.fixed) * Math.exp(spread * luck));
  };

type Answer = Decision & { readonly context: StageContext<unknown> };

function answer(network: Network, changes: Partial<StageContext<unknown>> = {}, options: object = {}): Answer {
  const context = drive(batchSizeLadder, ladder({ ...GROWTH, ...options }, { incumbent: START, ...changes }), {
    network,
  });
  return { ...batchSizeLadder.decide(context), context };
}

const EVEN = { fixed: 0.1, grown: 0.1 };

describe('progressive', () => {
  it('measures the sizes of a training that grows, then trains it beside the fixed size, seed by seed', () => {
    const { context, confidence, because, hparams, alternatives, evidence } = answer(
      scoring({ fixed: 0.1, grown: 0.05 }, 0.05),
    );
    expect(rungs(context)).toEqual([32, 64, 128, 256]);
    expect(labels(context).slice(4, 8)).toEqual([
      'race 32 fixed, seed 1 of 6',
      'growth from 32 to 256, seed 1 of 6',
      'race 32 fixed, seed 2 of 6',
      'growth from 32 to 256, seed 2 of 6',
    ]);
    const grown = context.trials.filter(({ spec }) => spec.batchGrowth !== undefined);
    expect(grown).toHaveLength(6);
    expect(grown[0]!.spec).toMatchObject({
      hparams: { batchGrowth: 'doubling', batchSize: 32 },
      limit: { epochs: 3 },
      batchGrowth: {
        learningRate: 'keep',
        milestones: [
          { epoch: 0.75, batchSize: 64 },
          { epoch: 1.5, batchSize: 128 },
          { epoch: 2.25, batchSize: 256 },
        ],
      },
    });
    expect([confidence, hparams]).toEqual(['high', { ...START, batchGrowth: 'doubling' }]);
    expect(because).toMatch(
      /^batches grow from 32 to 256 \(doubling\): valLoss is 0.0[45]\d* with growth and 0.\d+ without after 3 of 8 epochs, over 6 seeds better by a factor of [12][.\d]* \(P > 0.99 that it is better, P > 0.99 that it is no worse by more than a factor of 1.25\); it takes .* against .*, 0.5\d* times as much; these seeds can show/,
    );
    expect(alternatives[0]?.hparams).toEqual(START);
    expect(evidence.tables.map(({ title }) => title)).toContain('Batches that grow, and that keep their size');
  });

  it('takes growth that scores as well where it is sooner, and leaves it where it is not', () => {
    const sooner = answer(scoring(EVEN, 0.03));
    expect([sooner.hparams['batchGrowth'], sooner.confidence]).toEqual(['doubling', 'high']);
    const slow = scoring({ fixed: 0.1, grown: 0.102 }, 0.03, 0, 1e-6);
    const { hparams, confidence, because } = answer(slow);
    expect([hparams['batchGrowth'], confidence]).toEqual(['none', 'high']);
    expect(because).toMatch(/^batches keep their size of 32: .*, (0.9\d*|1) times as much/);
  });

  it('grows as the study says, and compares it with batches that keep their size', () => {
    const training = {
      ...LARGE.training,
      batchSizeSchedule: { name: 'milestones', at: [{ epoch: 4, batchSize: 100 }], learningRate: 'coScale' },
    } as const;
    const { context, hparams } = answer(scoring(EVEN, 0.03), { facts: { ...LARGE, training } });
    expect(rungs(context)).toEqual([32, 100]);
    expect(context.trials.find(({ spec }) => spec.label.startsWith('race'))!.spec.batchGrowth).toBeUndefined();
    expect(context.trials.find(({ spec }) => spec.label.startsWith('growth'))!.spec.batchGrowth).toEqual({
      learningRate: 'coScale',
      milestones: [{ epoch: 1.5, batchSize: 100 }],
    });
    expect(hparams['batchGrowth']).toBe('milestones');
  });

  it('grows to no size that does not fit, and says where none does', () => {
    const fits = (most: number): Network => {
      const scored = scoring(EVEN, 0.03);
      return (spec, facts) =>
        Number(spec.hparams['batchSize']) > most ? OUTCOMES.outOfMemory(spec, facts) : scored(spec, facts);
    };
    expect(labels(answer(fits(128)).context)).toContain('growth from 32 to 128, seed 1 of 6');
    const none = answer(fits(40));
    expect([none.hparams['batchGrowth'], none.confidence, none.doubts]).toEqual([
      'none',
      'medium',
      ['no growth was compared'],
    ]);
    expect(none.because).toMatch(/^batches keep their size of 32: no larger one of doubling fits/);
  });

  it('keeps the size where a training that grows fails, and names no size that it may not reach', () => {
    const fails: Network = (spec, facts) =>
      spec.batchGrowth === undefined ? scoring(EVEN, 0.03)(spec, facts) : OUTCOMES.outOfMemory(spec, facts);
    const { hparams, confidence, because, alternatives } = answer(fails);
    expect([hparams['batchGrowth'], hparams['batchSize'], confidence]).toEqual(['none', 32, 'low']);
    expect(because).toMatch(/training that grows to 256 failed/);
    expect(alternatives.map((one) => one.hparams['batchSize'])).not.toContain(256);
  });

  it('asks for no more trials than it says', () => {
    const context = ladder(GROWTH, { incumbent: START });
    const { trials, examples } = batchSizeLadder.estimate(context);
    const driven = drive(batchSizeLadder, context, { network: scoring(EVEN, 0.03) });
    expect(driven.trials.length).toBeLessThanOrEqual(trials);
    expect(examples).toBeGreaterThan(12 * 3 * LARGE.trainExamples);
  });
});

describe('what it decides', () => {
  const decided: Decision = answer(scoring({ fixed: 0.1, grown: 0.05 }, 0.05));

  it('is how later stages train', () => {
    const context = { facts: LARGE, decisions: [decided] };
    expect(studyTraining(context, decided.hparams, 8).batchGrowth).toMatchObject({
      milestones: [{ batchSize: 64 }, { batchSize: 128 }, { batchSize: 256 }],
    });
    expect(studyTraining(context, START, 8)).not.toHaveProperty('batchGrowth');
  });

  it('has the rate tested again, though the size stays', () => {
    const use = {
      stage: 'lrRetest',
      stageId: 'lr-retest-2',
      options: optionsOf('lrRetest'),
      onlyIfMoved: { batchSize: 1 },
    };
    const before: Decision = { ...decided, stage: 'lrRetest', stageId: 'lr-retest', hparams: START };
    const suggested = (decisions: readonly Decision[]) =>
      stageInUse(STAGES, use)!.suggest(
        contextOf<unknown>(use.options, { facts: LARGE, decisions, incumbent: decisions.at(-1)!.hparams }),
      );
    expect(suggested([before, decided])?.batchGrowth).toBeDefined();
    expect(suggested([before, { ...decided, hparams: START }])).toBeUndefined();
  });

  it('is a part of the study from its start, and of its plan', () => {
    const study = parsed({ ...MINIMAL, stages: [{ stage: 'batchSizeLadder', ...GROWTH }, { stage: 'finalTrain' }] });
    expect(study.training.hparams['batchGrowth']).toBe('none');
    const plan = planStudy(study, LARGE);
    expect(plan.stages[0]!.trials.map(({ label }) => label)).toContain('growth from 32 to 256, seed 1 of 6');
    const other = parsed({ ...MINIMAL, stages: [{ stage: 'batchSizeLadder' }, { stage: 'finalTrain' }] });
    expect(other.training.hparams).not.toHaveProperty('batchGrowth');
  });
});

describe('calibration over 2000 studies', () => {
  const STUDIES = 2000;
  /** The error rates are exact: a simulation is off by as much as this in one of 40. */
  const OFF = 2 * Math.sqrt((0.05 * 0.95) / STUDIES);

  /** Nothing is picked on the way, so that all studies have the same trainings. */
  function decisions(losses: typeof EVEN, overhead: number): readonly Decision[] {
    const context = ladder(GROWTH, { incumbent: START });
    const { trials } = drive(batchSizeLadder, context, { network: scoring(losses, 0, 0, overhead) });
    return Array.from({ length: STUDIES }, (_, study) => {
      const network = scoring(losses, 0.3, study, overhead);
      const ended = trials.map((trial) =>
        /^(race|growth)/.test(trial.spec.label)
          ? { ...trial, result: resultOf(trial.spec, network(trial.spec, LARGE)) }
          : trial,
      );
      return batchSizeLadder.decide({ ...context, trials: ended });
    });
  }

  const share = (answers: readonly Decision[], confidence: Confidence, growth: string): number =>
    answers.filter((one) => one.confidence === confidence && one.hparams['batchGrowth'] === growth).length / STUDIES;

  it('of ways that are equally good and take as long it seldom calls growth better', () => {
    const answers = decisions(EVEN, 1e-6);
    expect(share(answers, 'high', 'doubling')).toBeLessThanOrEqual(0.05 + OFF);
    expect(share(answers, 'medium', 'doubling')).toBeLessThanOrEqual(0.2);
  });

  it('seldom says that growth which is sooner scores as well where it is worse by just more than counts', () => {
    const answers = decisions({ fixed: 0.1, grown: 0.126 }, 0.05);
    expect(share(answers, 'high', 'doubling')).toBeLessThanOrEqual(0.05 + OFF);
    expect(share(answers, 'medium', 'doubling')).toBeLessThanOrEqual(0.2);
  });

  it('seldom says that growth is no better where it is, by just more than counts', () => {
    const answers = decisions({ fixed: 0.126, grown: 0.1 }, 1e-6);
    expect(share(answers, 'high', 'none')).toBeLessThanOrEqual(0.05 + OFF);
  });

  it('is sure of growth that scores better by a factor of 1.8 in four of five studies', () => {
    expect(share(decisions({ fixed: 0.18, grown: 0.1 }, 1e-6), 'high', 'doubling')).toBeGreaterThanOrEqual(0.8);
  });
});
