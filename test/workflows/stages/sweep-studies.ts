/** Simulated sweeps: their trials as a sweep would have run them, told by a true effect and the luck of seeds. */
import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { compare, contenders } from '../../../workflows/stages/sweep/comparison';
import { replicateSeed } from '../../../workflows/stages/sweep/configurations';
import { looksOf, shareReached, wantedAt } from '../../../workflows/stages/sweep/looks';
import type { SweepOptions } from '../../../workflows/stages/sweep/options';
import { verdictOf } from '../../../workflows/stages/sweep/verdict';
import { sweepView } from '../../../workflows/stages/sweep/view';
import type { SweepView } from '../../../workflows/stages/sweep/view';
import type { Objective } from '../../../workflows/words/study';
import type { Outcome } from '../../../workflows/words/outcome';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { contextOf, FACTS, INCUMBENT, measured, optionsOf, resultOf } from '../../support/stages';

/** Points of a simulated sweep, the study as it stands included. */
export const POINTS = 16;
/** Spread of a training's log loss from seed to seed. */
const SEED_SPREAD = 0.3;
/** Enough examples that seeds limit what can be told. */
const LARGE = { trainExamples: 32 * FACTS.trainExamples, validationExamples: 32 * FACTS.validationExamples };

export const LOSS: Objective = { metric: 'valLoss', direction: 'minimize' };
export const ACCURACY: Objective = { metric: 'valAccuracy', direction: 'maximize' };

export interface StudyPlan {
  readonly options?: object;
  readonly objective?: Objective;
  /** True gain of a point, from a normal draw of its own; 0 of the study as it stands. */
  readonly effect: (draw: number) => number;
  readonly failing?: number;
  /** How many of the points a pruner has left to train to the end. */
  readonly whole?: number;
  readonly parameters?: (point: number) => number;
  /** Share of a training's luck that all splits of the same examples have in common, a point. */
  readonly shared?: number;
  /** Folds of every training. */
  readonly folds?: number;
}

export interface Simulated {
  readonly adopted: boolean;
  readonly confidence: string;
  readonly because: string;
  /** True gain of the decided point. */
  readonly gain: number;
  /** The highest true gain among the points that had further seeds. */
  readonly bestTested: number;
  /** All, those of the search included. */
  readonly trainings: number;
}

/** Normal draws, each by its own name. */
const draw = (study: number, kind: number, index: number): number =>
  normalQuantile(uniform(deriveSeed(study, kind), index));

/** Simulates studies of a plan by their numbers, each decided by what decides. */
export function simulator(plan: StudyPlan): (study: number) => Simulated {
  const options = optionsOf('sweep', {
    space: { momentum: { uniform: [0, 1] } },
    trials: POINTS,
    replicates: 4,
    ...plan.options,
  }) as SweepOptions;
  const { folds = 1 } = plan;
  const objective = plan.objective ?? LOSS;
  const facts = { ...FACTS, ...LARGE, objective, ...(folds > 1 && { folds }) };
  const context = contextOf(options, { facts });
  const spec = memoized((point, replicate) => specOf(point, replicateSeed(context.seed, replicate)));
  return (study) => {
    const gains = Array.from({ length: POINTS }, (_, i) => (i === 0 ? 0 : plan.effect(draw(study, 1, i))));
    const isCut = cutOf(study, plan, gains);
    const trialsOf = (point: number, replicate: number): readonly Trial[] => {
      const whole = spec(point, replicate);
      const own = replicate === 0 && isCut(point) ? { ...whole, pauseAfterEpochs: 1 } : whole;
      return Array.from({ length: folds }, (_, fold) => {
        const outcome = outcomeOf(plan, { study, point, replicate, fold, gain: gains[point]!, own });
        return { spec: fold === 0 ? own : { ...own, split: { fold } }, result: resultOf(own, outcome) };
      });
    };
    const search = Array.from({ length: POINTS }, (_, point) => trialsOf(point, 0)).flat();
    const view = withReplicates((trials) => sweepView({ ...context, trials }), search, trialsOf);
    const challengers = contenders(view);
    const incumbent = view.configurations[0]!;
    const verdict = verdictOf(
      view,
      incumbent,
      challengers[0],
      compare(view, challengers, incumbent, shareReached(view)),
    );
    const tested = view.configurations.filter(({ isIncumbent, scores }) => !isIncumbent && scores.size > 1);
    return {
      adopted: verdict.hparams !== view.incumbent,
      confidence: verdict.confidence,
      because: verdict.because,
      gain: gains[pointOf(verdict.hparams)]!,
      bestTested: Math.max(...tested.map(({ hparams }) => gains[pointOf(hparams)]!)),
      trainings: view.trials.length,
    };
  };
}

function memoized<Value>(of: (a: number, b: number) => Value): (a: number, b: number) => Value {
  const known = new Map<number, Value>();
  return (a, b) => {
    const key = a * 100 + b;
    const value = known.get(key) ?? of(a, b);
    known.set(key, value);
    return value;
  };
}

const pointOf = (hparams: TrialSpec['hparams']): number => Math.round(Number(hparams['momentum']) * POINTS);

/** The trainings that the sweep asks for after its search. */
function withReplicates(
  viewOf: (trials: readonly Trial[]) => SweepView,
  search: readonly Trial[],
  trialsOf: (point: number, replicate: number) => readonly Trial[],
): SweepView {
  let view = viewOf(search);
  const trials = [...search];
  for (const [look, of] of looksOf(view).entries()) {
    const wanted = wantedAt(view, look);
    const missing = Array.from({ length: of - 1 }, (_, i) => i + 1).flatMap((replicate) =>
      wanted
        .filter(({ scores }) => !scores.has(replicate))
        .flatMap(({ hparams }) => trialsOf(pointOf(hparams), replicate)),
    );
    trials.push(...missing);
    view = viewOf(trials);
  }
  return view;
}

function specOf(point: number, seed: number): TrialSpec {
  return {
    trialId: `sweep/${point}-${seed}`,
    label: '',
    hparams: point === 0 ? { ...INCUMBENT, momentum: 0 } : { ...INCUMBENT, momentum: point / POINTS },
    seed,
    schedule: { name: 'constant' },
    limit: { epochs: 8 },
    stop: {},
    evaluate: { validation: 'epoch', test: false },
    record: { stepLosses: false },
    process: 'warm',
    exportModel: false,
  };
}

/** A pruner keeps those that are ahead on their way, which tells of their end with as much luck again. */
function cutOf(study: number, { whole = POINTS }: StudyPlan, gains: readonly number[]): (point: number) => boolean {
  if (whole === POINTS) return () => false;
  const ahead = gains.map((gain, i) => (i === 0 ? Infinity : gain + SEED_SPREAD * draw(study, 2, i)));
  const least = [...ahead].sort((a, b) => b - a)[whole - 1]!;
  return (point) => ahead[point]! < least;
}

interface Training {
  readonly study: number;
  readonly point: number;
  readonly replicate: number;
  readonly fold: number;
  readonly gain: number;
  readonly own: TrialSpec;
}

function outcomeOf(plan: StudyPlan, { study, point, replicate, fold, gain, own }: Training): Outcome {
  const index = fold * 10_000 + point * 100 + replicate;
  if (uniform(deriveSeed(study, 3), index) < (plan.failing ?? 0))
    return { status: 'dead', step: 3, measurement: measured(null, { curve: [] }) };
  const shared = plan.shared ?? 0;
  const common = shared === 0 ? 0 : Math.sqrt(shared) * draw(study, 5, point);
  const luck = SEED_SPREAD * (common + Math.sqrt(1 - shared) * draw(study, 4, index));
  const valLoss = 0.1 * Math.exp(-gain - luck);
  const [line] = measured(valLoss).curve;
  // An accuracy with the same effects and luck on its own, plain scale.
  const best = { ...line!, valAccuracy: 0.8 + (gain + luck) / 10 };
  return {
    status: own.pauseAfterEpochs === undefined ? 'completed' : 'paused',
    measurement: measured(valLoss, { best, curve: [best], parameters: plan.parameters?.(point) ?? 1000 }),
  };
}
