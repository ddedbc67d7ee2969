import fc from 'fast-check';
import { stageContext } from '../../../workflows/driver/stage-context';
import { STAGES } from '../../../workflows/stages';
import { plausibleOutcome } from '../../../workflows/stages/plausible-outcome';
import type { Decision } from '../../../workflows/stages/stage';
import type { StudyInput } from '../../../workflows/spec';
import { fitting, snapshotOf, StudyTooLarge, withoutBulk } from '../../../workflows/driver/snapshot';
import { overviewOf, progressOf } from '../../../workflows/driver/progress';
import { StudyState } from '../../../workflows/driver/state';
import { storable } from '../../../workflows/driver/pages/stage-trials';
import { outlined, withoutReferences } from '../../../workflows/driver/pages/outline';
import { withoutPoints } from '../../../workflows/driver/pages/pages';
import { packed, unpacked } from '../../../workflows/driver/pages/packed';
import type { Packed, Plain } from '../../../workflows/driver/pages/packed';
import type { Outcome } from '../../../workflows/words/outcome';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { resultOf } from '../../support/stages';
import { freshStudy } from './control/studies';

type Sweep = Partial<Extract<StudyInput['stages'][number], { readonly stage: 'regularizationSweep' }>>;

const SPACE: NonNullable<Sweep['space']> = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
};

function sweep(options: Sweep): StudyState {
  return freshStudy({
    stages: [{ stage: 'regularizationSweep', space: SPACE, ...options }],
    budget: { parallelTrials: 2 },
  }).state;
}

const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** What the next run of the workflow begins with; the trials go through the store, where `stores` says so. */
function continued(before: StudyState, pages: Packed[], stores: boolean): StudyState {
  const use = before.nextStage()!;
  const leaving = stores ? storable(before.stageOf(use)) : [];
  if (leaving.length > 0) pages.push(throughJson(packed(leaving as unknown as readonly Plain[])));
  const left = leaving.length > 0 ? before.paged(use, leaving) : before;
  const state = StudyState.of(before.studyId, before.run, throughJson(snapshotOf(left)));
  if (state.stageOf(use).missing === 0) return state;
  const stored = pages.flatMap((page) => (unpacked(page) as unknown as readonly Trial[]).map(withoutReferences));
  return state.broughtBack(use, stored);
}

interface End {
  readonly asked: readonly TrialSpec[];
  readonly decision: Decision;
  readonly state: StudyState;
}

const outcomes = new Map<string, Outcome>();

/** The same for every run of the study, which is what makes its runs comparable; so it is drawn once. */
function outcomeOf(spec: TrialSpec, { facts }: StudyState): Outcome {
  const key = JSON.stringify([spec, facts]);
  const outcome = outcomes.get(key) ?? plausibleOutcome(spec, facts);
  outcomes.set(key, outcome);
  return outcome;
}

/** Runs the study's only stage one trial after the other, and continues as new before those trials that are named. */
function runTo(first: StudyState, cuts: ReadonlyMap<number, boolean>): End {
  const pages: Packed[] = [];
  const use = first.nextStage()!;
  const asked: TrialSpec[] = [];
  let state = first;
  for (;;) {
    const cut = cuts.get(asked.length);
    if (cut !== undefined) state = continued(state, pages, cut);
    const spec = STAGES[use.stage]!.suggest(stageContext(state, use, state.startedTrials(use)));
    if (spec === undefined)
      return { asked, state, decision: STAGES[use.stage]!.decide(stageContext(state, use, state.startedTrials(use))) };
    const result = resultOf(spec, outcomeOf(spec, state));
    state = state.started(use, { spec }).ended(use, asked.length, { spec, result });
    asked.push(spec);
  }
}

describe('a study that continues as new', () => {
  test.each<[string, Sweep]>([
    ['a random search', { sampler: { name: 'random' }, trials: 14, replicateTop: 2, replicates: 2 }],
    ['tpe', { sampler: { name: 'tpe', startupTrials: 3 }, trials: 14, replicateTop: 1, replicates: 2 }],
    [
      'halving from pauses',
      {
        pruner: { name: 'asha', minEpochs: 1, reductionFactor: 2 },
        trials: 12,
        epochs: 8,
        replicateTop: 1,
        replicates: 2,
      },
    ],
    [
      'patience, with curves too long to be kept',
      { pruner: { name: 'patience', patience: 3 }, trials: 12, epochs: 400, replicateTop: 1, replicates: 1 },
    ],
  ])(
    'asks for the same trials and decides the same, wherever it is cut and whatever has left for the store: %s',
    (_, options) => {
      const whole = runTo(sweep(options), new Map());
      expect(whole.asked.length).toBeGreaterThan(7);
      const cuts = fc.array(fc.tuple(fc.integer({ min: 0, max: whole.asked.length }), fc.boolean()), { maxLength: 5 });
      fc.assert(
        fc.property(cuts, (at) => {
          const cut = runTo(sweep(options), new Map(at));
          expect(cut.asked).toEqual(whole.asked);
          expect(throughJson(cut.decision)).toEqual(throughJson(whole.decision));
          expect([cut.state.trialCount, cut.state.deviceSeconds, overviewOf(cut.state)]).toEqual([
            whole.state.trialCount,
            whole.state.deviceSeconds,
            overviewOf(whole.state),
          ]);
        }),
        { numRuns: 15 },
      );
    },
  );

  test('carries less, the more of its trials have left for the store, and still counts them', () => {
    const state = sweep({ sampler: { name: 'random' }, trials: 60, replicateTop: 1, replicates: 1 });
    const stored = runTo(state, new Map([[50, true]])).state;
    const kept = runTo(
      sweep({ sampler: { name: 'random' }, trials: 60, replicateTop: 1, replicates: 1 }),
      new Map([[50, false]]),
    ).state;
    expect(JSON.stringify(snapshotOf(stored)).length).toBeLessThan(JSON.stringify(snapshotOf(kept)).length / 3);
    expect(snapshotOf(stored).stages[0]).toMatchObject({ stored: { pages: 1, trials: 50, trainings: 50 } });
    expect(stored.trialCount).toBe(60);
  });

  test('of a decided stage with many trials keeps the newest and the best, and how many there were', () => {
    const { state: undecided, decision } = runTo(
      sweep({ sampler: { name: 'random' }, trials: 400, replicateTop: 1, replicates: 1 }),
      new Map([[200, true]]),
    );
    const state = undecided.decided(undecided.nextStage()!, withoutBulk(decision));
    const again = StudyState.of('digits', state.run, throughJson(snapshotOf(state)));
    const [stage] = progressOf(again).stages;
    expect(stage).toEqual(throughJson(progressOf(state).stages[0]));
    expect([again.trialCount, stage!.trials.length + stage!.trialsLeftOut!, stage!.trialsEnded]).toEqual([
      400, 400, 400,
    ]);
    expect(stage!.trials.length).toBeLessThan(130);
    expect(stage!.trials.at(-1)!.trialId).toBe('regularization-sweep/399');
  });

  test('that would not fit all the same is refused in words', () => {
    const snapshot = snapshotOf(sweep({}));
    const engines = new Array<string>(100_000).fill('tensorflow 2.21.0, tfjs 4.22.0, cpu');
    expect(() => fitting({ ...snapshot, engines })).toThrow(StudyTooLarge);
    expect(() => fitting({ ...snapshot, engines })).toThrow(/, most of them in engines; split the study into several$/);
  });
});

test('ten thousand trials are decided on in an answer that fits into a payload', () => {
  const fresh = sweep({ sampler: { name: 'random' }, trials: 10_000, replicateTop: 1, replicates: 1 });
  const use = fresh.nextStage()!;
  const spec = STAGES[use.stage]!.suggest(stageContext(fresh, use, []))!;
  const trials = Array.from({ length: 10_000 }, (_, i): Trial => {
    const own = {
      ...spec,
      trialId: `${use.stageId}/${i}`,
      hparams: { ...spec.hparams, ...(i > 0 && { weightDecay: 1e-6 * 1.0009 ** i, dropoutRate: (i % 601) / 1000 }) },
    };
    return outlined(
      { spec: own, result: resultOf(own, plausibleOutcome(own, fresh.facts)) },
      i,
      fresh.resolved.objective,
      { lines: [], metrics: [] },
    );
  });
  const state = fresh.broughtBack(use, trials);
  const context = stageContext(state, use, state.startedTrials(use));
  expect(STAGES[use.stage]!.suggest(context)).toBeUndefined();
  expect(JSON.stringify(withoutPoints(STAGES[use.stage]!.decide(context))).length).toBeLessThan(400_000);
  expect(JSON.stringify(progressOf(state)).length).toBeLessThan(400_000);
});
