import type { Objective } from '../words/study';
import type { HParams } from '../words/trial';
import { rankedLosses } from './constrained';
import type { Observation, Sampler } from './sampler';
import { SAMPLERS } from './samplers';
import { flattenSpace, pointKeys, spaceProblems } from './space';
import type { NestedSpace } from './space';

export interface SearchOptions {
  readonly space: NestedSpace;
  /** Its name and its options; `tpe` unless given. */
  readonly sampler?: {
    readonly name: keyof typeof SAMPLERS;
    readonly startupTrials?: number;
    readonly levels?: number;
    readonly population?: number;
    readonly costAware?: boolean;
  };
  /** `minimize` unless given. */
  readonly direction?: Objective['direction'];
  /** An integer in [1, 2^31); 1 unless given. */
  readonly seed?: number;
  /** Trials of an earlier search to go on from, as its `observations` gave them. */
  readonly observations?: readonly Observation[];
}

/** A point to try. */
export interface Asked {
  readonly number: number;
  readonly hparams: HParams;
}

export interface Search {
  /** The next point to try; any number may be out at once. `undefined` once there is no other. */
  ask(): Asked | undefined;
  /**
   * The score at a point that is out; `null` for one that failed.
   *
   * @param besides What was measured besides it: against constraints, of a second objective, of the cost.
   * @throws RangeError for a number that is not out.
   */
  tell(number: number, score: number | null, besides?: Pick<Observation, 'excesses' | 'second' | 'cost'>): void;
  /** Every trial in the order of the asks: plain data, and all that a later process needs to go on. */
  observations(): readonly Observation[];
  /**
   * The best trial so far: by the first objective, of those that keep the constraints; where none does, the one that
   * breaks them least.
   */
  best(): Observation | undefined;
}

/** What samplers take where nothing else is said; each reads its own. */
const DEFAULTS = { startupTrials: 10, levels: 3 };

/** Suggestions that repeat known points before a space counts as used up. */
const REPEATS_MAX = 1000;

/**
 * A search that is asked for points and told their scores, without Temporal.
 *
 * It draws no chance from outside and looks at no clock: what it answers follows from the seed and from the trials, in
 * whatever order they ended.
 *
 * ```ts
 * import { createSearch } from 'stepwell/search';
 *
 * const search = createSearch({ space: { learningRate: { logUniform: [1e-5, 1e-1] } }, sampler: { name: 'gp' }, seed: 17 });
 * for (let asked = search.ask(); asked !== undefined && asked.number < 50; asked = search.ask()) search.tell(asked.number, train(asked.hparams));
 * const best = search.best();
 * ```
 *
 * @throws RangeError that lists everything wrong with the space.
 */
export function createSearch({
  space: nested,
  sampler = { name: 'tpe' },
  direction = 'minimize',
  seed = 1,
  observations: before = [],
}: SearchOptions): Search {
  const problems = spaceProblems(nested).map(
    ({ path, rule, value }) => `${['space', ...path].join('.')} ${rule}, got ${JSON.stringify(value)}`,
  );
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  const chosen = (SAMPLERS as Readonly<Record<string, Sampler | undefined>>)[sampler.name];
  if (chosen === undefined)
    throw new RangeError(`sampler.name must be one of ${Object.keys(SAMPLERS).join(', ')}, got ${sampler.name}`);
  const space = flattenSpace(nested);
  const options = { ...DEFAULTS, ...sampler };
  const trials: Observation[] = [...before];
  const keyOf = pointKeys(space);
  const tried = new Set(trials.filter(({ elsewhere }) => elsewhere !== true).map(({ hparams }) => keyOf(hparams)));
  let skipped = 0;
  return {
    ask() {
      const end = Math.min(chosen.size(space, options), trials.length + skipped + REPEATS_MAX);
      for (; trials.length + skipped < end; skipped++) {
        const hparams = chosen.suggest({
          space,
          options,
          index: trials.length + skipped,
          seed,
          observations: trials,
          tried,
          direction,
        });
        const key = keyOf(hparams);
        if (tried.has(key)) continue;
        tried.add(key);
        return { number: trials.push({ hparams, score: undefined }) - 1, hparams };
      }
      return undefined;
    },
    tell(number, score, besides) {
      const trial = trials[number];
      if (trial === undefined || trial.score !== undefined)
        throw new RangeError(`number must be one that was asked for and not told, got ${number}`);
      trials[number] = { ...trial, score: Number.isFinite(score) ? score : null, ...besides };
    },
    observations: () => [...trials],
    best() {
      const losses = rankedLosses(
        trials.map(({ second: _, ...trial }) => trial),
        direction,
      );
      const lowest = losses.reduce((best: number, loss) => Math.min(best, loss ?? Infinity), Infinity);
      return lowest === Infinity ? undefined : trials[losses.indexOf(lowest)];
    },
  };
}
