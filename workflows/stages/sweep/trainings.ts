/**
 * A sweep's trials as trainings: the segments of one that pauses belong together.
 *
 * @module
 */
import { excessesOf, isMetric, violationsOf } from '../../analysis/constraints';
import type { ConstrainedName, Constraints, Violation } from '../../analysis/constraints';
import type { CurvePoint } from '../../search/pruners';
import type { Objective } from '../../words/study';
import type { EpochMeasurement, Measurement } from '../../words/outcome';
import type { HParams, Trial } from '../../words/trial';
import { isRunning, ranWell } from '../trials';
import { scoreOf } from '../../analysis/score';
import { measurementOf } from '../../trials/outcome';
import { acrossFolds, meanOfFolds } from './folds';

export interface Training {
  /** At least one, oldest first; only the last may be running. Of a point that is cross-validated, its folds so far. */
  readonly segments: readonly Trial[];
  readonly hparams: HParams;
  /** Identity of its point in the space. */
  readonly key: string;
  readonly seed: number;
  readonly status: 'running' | 'paused' | 'ended' | 'failed';
  /** The objective at the best epoch of one that ended; `null` for others. */
  readonly score: number | null;
  /** Fold by fold; absent where there are none. */
  readonly foldScores?: readonly number[];
  /** Epochs after which it is paused, or was last. */
  readonly pausedAt: number;
  /** The bounds that it breaks, as far as it got. */
  readonly violations: readonly Violation[];
  /** By how much it exceeds each bound, kept or not, as a share of it; empty where nothing was measured. */
  readonly excesses: readonly number[];
  /** What it took, and its best epoch; absent where nothing was measured. */
  readonly costs?: Pick<Measurement, ConstrainedName | 'best'>;
}

/** What a training ended with: its last segment, but of folds one that failed, if any has. */
export const lastSegment = ({ segments }: Training): Trial =>
  segments.find((trial) => !isRunning(trial) && !ranWell(trial) && trial.result?.outcome.status !== 'paused') ??
  segments.at(-1)!;

/** The trials whose measurements are of whole trainings: its last segment, or its folds. */
export const wholeTrials = ({ segments }: Training): readonly Trial[] =>
  segments.filter((_, i) => segments[i + 1]?.spec.continues === undefined);

/** The trainings of a stage's trials, which it follows as these grow and end. */
export class TrainingIndex {
  readonly trainings: Training[] = [];
  private readonly seen: Trial[] = [];
  /** Of each trial: the number of its training, and its place among the segments. */
  private readonly places: { readonly training: number; readonly segment: number }[] = [];
  private readonly byId = new Map<string, number>();
  private readonly keys = new Map<number, Set<string>>();
  /** Trainings by their seed and point, to which further folds belong. */
  private readonly begun = new Map<string, number>();

  constructor(
    readonly keyOf: (hparams: HParams) => string,
    private readonly objective: Objective,
    private readonly constraints: Constraints = {},
    private readonly folds = 1,
  ) {}

  /** @returns Whether the trials are those that were seen, ended or not, and perhaps more. */
  follow(trials: readonly Trial[], objective: Objective): boolean {
    if (objective !== this.objective || trials.length < this.seen.length) return false;
    for (let i = 0; i < trials.length; i++) {
      const [trial, before] = [trials[i]!, this.seen[i]];
      if (trial === before) continue;
      if (before !== undefined && trial.spec !== before.spec) return false;
      this.see(i, trial);
    }
    return true;
  }

  /** Keys of the points that were trained with a seed. */
  keysOf(seed: number): ReadonlySet<string> {
    return this.keys.get(seed) ?? new Set();
  }

  private see(i: number, trial: Trial): void {
    const { trialId, continues } = trial.spec;
    const known = this.places[i]?.training ?? (continues === undefined ? this.ofFold(trial) : this.byId.get(continues));
    const number = known ?? this.trainings.length;
    const before = this.trainings[number];
    const segments = [...(before?.segments ?? [])];
    const segment = this.places[i]?.segment ?? segments.length;
    segments[segment] = trial;
    this.trainings[number] = this.trainingOf(segments, before?.key);
    this.seen[i] = trial;
    this.places[i] = { training: number, segment };
    this.byId.set(trialId, number);
  }

  /** Where a further fold belongs; `undefined` for a training that begins. */
  private ofFold({ spec: { seed, split, hparams } }: Trial): number | undefined {
    if (this.folds === 1) return undefined;
    const point = `${seed} ${this.keyOf(hparams)}`;
    if ((split?.fold ?? 0) === 0) this.begun.set(point, this.trainings.length);
    return split?.fold === undefined ? undefined : this.begun.get(point);
  }

  private trainingOf(segments: readonly Trial[], knownKey: string | undefined): Training {
    const last = segments.at(-1)!;
    const { hparams, seed } = last.spec;
    const paused = isPaused(last);
    const score = paused ? null : scoreOf(last, this.objective);
    const ended = score === null ? 'failed' : 'ended';
    const pause = paused ? last : segments.at(-2);
    const measurement = this.folds === 1 ? measurementOf(last.result?.outcome) : meanOfFolds(segments);
    return {
      segments,
      hparams,
      key: knownKey ?? this.newKey(hparams, seed),
      seed,
      score,
      pausedAt: pause?.spec.pauseAfterEpochs ?? 0,
      status: isRunning(last) ? 'running' : paused ? 'paused' : ended,
      violations: (measurement === undefined ? [] : violationsOf(measurement, this.constraints)).filter(
        // A training that goes on may yet be as good as is asked.
        ({ name }) => !(paused && isMetric(name)),
      ),
      excesses: measurement === undefined ? [] : excessesOf(measurement, this.constraints),
      ...(measurement && { costs: measurement }),
      ...(this.folds > 1 && acrossFolds(segments, this.folds, this.objective)),
    };
  }

  private newKey(hparams: HParams, seed: number): string {
    const [key, keys] = [this.keyOf(hparams), this.keys.get(seed) ?? new Set<string>()];
    this.keys.set(seed, keys.add(key));
    return key;
  }
}

/** The objective of a training epoch by epoch, up to where it is paused. */
export function curveOf({ segments }: Training, { metric }: Objective): readonly CurvePoint[] {
  const byEpoch = new Map(
    segments
      .flatMap(linesOf)
      .map((line): [number, CurvePoint] => [line.epoch, { epoch: line.epoch, value: line.values[metric] ?? null }]),
  );
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
}

/** The objective where a training was last looked at: at its end, or its newest pause; `undefined` before the first. */
export function lastValue({ segments }: Training, { metric }: Objective): number | null | undefined {
  const segment = segments.findLast(({ result }) => measurementOf(result?.outcome) !== undefined);
  if (segment === undefined) return undefined;
  const last = linesOf(segment).reduce<EpochMeasurement | undefined>(
    (a, b) => (a === undefined || b.epoch >= a.epoch ? b : a),
    undefined,
  );
  return last && (last.values[metric] ?? null);
}

/** The first line at or after the pause: where batches hold more than an epoch, some epochs have none. */
function lineOfPause({ curve }: Measurement, pauseAfterEpochs: number): EpochMeasurement | undefined {
  return curve.find(({ epoch }) => epoch >= pauseAfterEpochs);
}

/**
 * Whether a segment stands at its pause. So it does where the store knew more than was asked for: what a sweep sees
 * must not depend on what other studies have trained before.
 */
function isPaused({ spec: { pauseAfterEpochs }, result }: Trial): boolean {
  if (result?.outcome.status === 'paused') return true;
  const measurement = measurementOf(result?.outcome);
  if (measurement === undefined || pauseAfterEpochs === undefined) return false;
  const line = lineOfPause(measurement, pauseAfterEpochs);
  return line !== undefined && measurement.steps > line.step;
}

/**
 * The lines of a segment up to its pause, with its best one, which a long study's trials keep longer than their curves.
 */
function linesOf(segment: Trial): readonly EpochMeasurement[] {
  const measurement = measurementOf(segment.result?.outcome);
  if (measurement === undefined) return [];
  const { pauseAfterEpochs } = segment.spec;
  const end =
    pauseAfterEpochs !== undefined && isPaused(segment)
      ? (lineOfPause(measurement, pauseAfterEpochs)?.epoch ?? pauseAfterEpochs)
      : Infinity;
  return [...(measurement.best === null ? [] : [measurement.best]), ...measurement.curve].filter(
    ({ epoch }) => epoch <= end,
  );
}
