import fc from 'fast-check';
import { STAGES } from '../../../workflows/stages';
import { STAGE_OPTIONS } from '../../../workflows/stages/options';
import { StageInconclusive } from '../../../workflows/stages/stage';
import type { Decision, Stage, StageContext } from '../../../workflows/stages/stage';
import { stepsOf } from '../../../workflows/trials/length';
import type { Outcome } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, OUTCOMES, optionsOf, shuffled } from '../../support/stages';
import type { Network } from '../../support/stages';

/** What a search must be told. */
const SEARCH = {
  space: {
    weightDecay: { logUniform: [1e-6, 1e-2] },
    dropoutRate: { uniform: [0, 0.6] },
    flip: { choice: [0, 0.5] },
  },
  trials: 6,
};

const NAMES = Object.keys(STAGES) as readonly (keyof typeof STAGE_OPTIONS)[];
const KINDS = Object.keys(OUTCOMES) as readonly Outcome['status'][];

function stageOf(name: string): Stage {
  return STAGES[name]!;
}

function fresh(name: keyof typeof STAGE_OPTIONS, changes: Partial<StageContext<unknown>> = {}): StageContext<unknown> {
  return contextOf<unknown>(optionsOf(name, stageOf(name).isSearch === true ? SEARCH : {}), changes);
}

function specsOf({ trials }: StageContext<unknown>): readonly TrialSpec[] {
  return trials.map(({ spec }) => spec);
}

function decideOrNot(stage: Stage, context: StageContext<unknown>): Decision | StageInconclusive {
  try {
    return stage.decide(context);
  } catch (error) {
    if (error instanceof StageInconclusive) return error;
    throw error;
  }
}

function expectPlain(value: unknown): void {
  expect(JSON.parse(JSON.stringify(value))).toEqual(value);
}

function expectDecision(decision: Decision, context: StageContext<unknown>): void {
  expectPlain(decision);
  expect(Object.keys(decision.hparams)).toEqual(expect.arrayContaining(Object.keys(context.incumbent)));
  expect(decision.because).toMatch(/\S/);
  expect(decision.because).not.toMatch(/NaN|undefined|Infinity|null/);
  const ids = specsOf(context).map(({ trialId }) => trialId);
  expect(ids).toEqual(expect.arrayContaining([...decision.evidence.trialIds]));
  for (const { series } of decision.evidence.plots) series.forEach(({ x, y }) => expect(x).toHaveLength(y.length));
  for (const { columns, rows } of decision.evidence.tables)
    rows.forEach((row) => expect(row).toHaveLength(columns.length));
}

function expectWithinEstimate(stage: Stage, context: StageContext<unknown>): void {
  const most = stage.estimate({ ...context, trials: [] });
  const specs = specsOf(context);
  const steps = specs.map(({ limit, hparams }) =>
    stepsOf(limit, context.facts.trainExamples, Number(hparams['batchSize'])),
  );
  expect(specs.length).toBeLessThanOrEqual(most.trials);
  expect(steps.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(most.steps);
  expect(specs.reduce((sum, { hparams }, i) => sum + Number(hparams['batchSize']) * steps[i]!, 0)).toBeLessThanOrEqual(
    most.examples,
  );
}

it('has options for every stage, and a stage for all options', () => {
  expect(Object.keys(STAGE_OPTIONS).sort()).toEqual(Object.keys(STAGES).sort());
  expect(Object.entries(STAGES).map(([name, stage]) => [name, stage.name])).toEqual(NAMES.map((name) => [name, name]));
  expect(Object.keys(STAGES)).toEqual(
    expect.arrayContaining(Object.values(STAGES).flatMap(({ aliasOf }) => aliasOf ?? [])),
  );
});

describe.each(NAMES)('%s', (name) => {
  const stage = stageOf(name);

  it('is asked a question and says nothing twice for the same trials', () => {
    const context = drive(stage, fresh(name));
    expect(stage.question).toMatch(/\S/);
    context.trials.forEach((_, count) => {
      const before = { ...context, trials: context.trials.slice(0, count) };
      expect(stage.suggest(before)).toEqual(stage.suggest(before));
    });
    expect(stage.decide(context)).toEqual(stage.decide(context));
  });

  it('does not write into what it is shown', () => {
    const frozen = deepFreeze(drive(stage, fresh(name)));
    frozen.trials.forEach((_, count) => stage.suggest({ ...frozen, trials: frozen.trials.slice(0, count) }));
    expect(() => stage.decide(frozen)).not.toThrow();
  });

  describe.each(KINDS)('when every trial ends %s', (kind) => {
    const context = drive(stage, fresh(name), { network: OUTCOMES[kind], parallel: 3 });

    it('asks for plain, complete trials under ids of their own, and keeps to its estimate', () => {
      const specs = specsOf(context);
      expect(specs.length).toBeGreaterThan(0);
      expectPlain(specs);
      expect(specs.map(({ trialId }) => trialId)).toEqual(specs.map((_, i) => `stage/${String(i).padStart(3, '0')}`));
      specs.forEach(({ seed, hparams }) => {
        expect(Number.isInteger(seed) && seed >= 1 && seed < 2 ** 31).toBe(true);
        expect(Object.keys(hparams)).toEqual(expect.arrayContaining(Object.keys(context.incumbent)));
      });
      expectWithinEstimate(stage, context);
    });

    it('decides with its reason, or says what to do', () => {
      const answer = decideOrNot(stage, context);
      if (answer instanceof StageInconclusive)
        expect(answer.message).toMatch(/^[a-z].*\[stage=stage, .*\]: [a-z].*[^.]$/);
      else expectDecision(answer, context);
    });
  });

  it('decides or is inconclusive however its budget cuts it short', () => {
    const all = drive(stage, fresh(name)).trials.length;
    for (let trialsMax = 0; trialsMax <= all; trialsMax++) {
      const context = drive(stage, fresh(name), { trialsMax });
      const answer = decideOrNot(stage, context);
      if (!(answer instanceof StageInconclusive)) expectDecision(answer, context);
    }
  });

  it('survives any mixture of outcomes, losses that are missing or equal, and any order', () => {
    const loss = fc.oneof(fc.constant(null), fc.constant(0.5), fc.double({ min: 0, max: 20, noNaN: true }));
    const one: fc.Arbitrary<Network> = fc.oneof(
      loss.map(
        (value): Network =>
          () =>
            completed(value),
      ),
      fc.constantFrom(...KINDS).map((kind) => OUTCOMES[kind]),
    );
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        (networks, parallel, seed) => {
          const network: Network = (spec, facts) =>
            networks[Number(spec.trialId.split('/')[1]) % networks.length]!(spec, facts);
          const context = drive(stage, fresh(name), { network, parallel, endsNext: shuffled(seed) });
          expectWithinEstimate(stage, context);
          const answer = decideOrNot(stage, context);
          if (!(answer instanceof StageInconclusive)) expectDecision(answer, context);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('asks for the same trials in a reproducible study, in whatever order they end', () => {
    const facts = { ...FACTS, reproducible: true };
    const run = (seed: number): StageContext<unknown> =>
      drive(stage, fresh(name, { facts }), { parallel: 3, inOrder: true, endsNext: shuffled(seed) });
    const [first, second, third] = [run(1), run(2), run(3)];
    expect(specsOf(second)).toEqual(specsOf(first));
    expect(specsOf(third)).toEqual(specsOf(first));
    expect(stage.decide(second)).toEqual(stage.decide(first));
  });

  it('answers the same in a reproducible study however long its trials take', () => {
    const facts = { ...FACTS, reproducible: true };
    const slowed =
      (seed: number): Network =>
      (spec, known) => {
        const outcome = OUTCOMES.completed(spec, known);
        if (outcome.status !== 'completed' || outcome.measurement.stepSeconds === null) return outcome;
        const { measurement } = outcome;
        const median = 0.001 + ((Number(spec.trialId.split('/')[1]) * seed) % 7) / 100;
        return {
          status: 'completed',
          measurement: {
            ...measurement,
            deviceSeconds: median,
            stepSeconds: { median, p10: median, p90: median, count: 20 },
          },
        };
      };
    const run = (seed: number): Decision =>
      stage.decide(drive(stage, fresh(name, { facts }), { network: slowed(seed) }));
    expect([run(5).hparams, run(5).because]).toEqual([run(3).hparams, run(3).because]);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
