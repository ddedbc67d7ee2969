import type { Objective } from '../words/study';
import type { HParams } from '../words/trial';
import type { Observation, Sampler } from './sampler';
import { SAMPLERS } from './samplers';
import { pointKeys } from './space';
import type { Space } from './space';
import { isOver } from './terminator';
import type { TerminatorOptions } from './terminator';

/** What a sampler is asked, as plain data: it can be answered anywhere, and is answered the same everywhere. */
export interface PointsQuestion {
  /** Its name and its options. */
  readonly sampler: { readonly name: string };
  readonly space: Space;
  readonly seed: number;
  /** Number of the suggestion. */
  readonly index: number;
  /** As in `SamplerContext`. */
  readonly observations: readonly Observation[];
  readonly direction: Objective['direction'];
  /** Ends the search once it has found what there is to find. */
  readonly terminator?: TerminatorOptions;
  /** Values of what a suggestion leaves out: of dimensions that do not exist at its point. */
  readonly incumbent: HParams;
}

/** @throws RangeError for a name that is not a sampler. */
export function samplerNamed(name: string): Sampler {
  const sampler = (SAMPLERS as Readonly<Record<string, Sampler | undefined>>)[name];
  if (sampler === undefined)
    throw new RangeError(`sampler.name must be one of ${Object.keys(SAMPLERS).join(', ')}, got ${name}`);
  return sampler;
}

/**
 * The answer, and those to the next suggestions after it, if the points before each are taken and run. As many as are
 * pulled: whoever computes them can do other things in between. `null` where the search is over: nothing follows it.
 */
export function* pointsAfter(question: PointsQuestion): Generator<HParams | null, void> {
  const { sampler, space, seed, direction, incumbent, terminator } = question;
  if (terminator !== undefined && isOver(question, terminator)) {
    yield null;
    return;
  }
  const { suggest } = samplerNamed(sampler.name);
  const keyOf = pointKeys(space);
  const observations = [...question.observations];
  const tried = new Set(
    observations.filter(({ elsewhere }) => elsewhere !== true).map(({ hparams }) => keyOf(hparams)),
  );
  for (let { index } = question; ; index++) {
    const point = suggest({ space, options: sampler, index, seed, observations, tried, direction });
    yield point;
    const hparams = { ...incumbent, ...point };
    if (tried.has(keyOf(hparams))) continue;
    tried.add(keyOf(hparams));
    observations.push({ hparams, score: undefined });
  }
}
