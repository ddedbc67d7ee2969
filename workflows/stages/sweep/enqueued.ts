/**
 * Points that people asked for: those of the study file, then those that came while the study ran.
 *
 * @module
 */
import { count } from '../format';
import { hparamsIn } from '../../search/space';
import { misfitsIn } from '../../search/space/fit';
import type { HParams } from '../../words/trial';
import type { SweepView } from './view';

/** Points that a note names. */
const NAMED_MAX = 5;

/**
 * Every enqueued point once, tried or not; what it does not name is as the study stands. The study itself is not among
 * them.
 */
export function enqueuedPoints({ options, incumbent, enqueued = [], keyOf }: SweepView): ReadonlyMap<string, HParams> {
  const points = new Map<string, HParams>();
  const own = keyOf(incumbent);
  for (const hparams of [...options.enqueue, ...enqueued]) {
    const point = { ...incumbent, ...hparams };
    const key = keyOf(point);
    if (!points.has(key) && key !== own) points.set(key, point);
  }
  return points;
}

/** The next enqueued point that was not tried yet. */
export function nextEnqueued({ asked, tried }: SweepView): HParams | undefined {
  for (const [key, point] of asked) if (!tried.has(key)) return point;
  return undefined;
}

/** Enqueued points that were not tried, in words; empty if all were. */
export function untriedNotes({ asked, tried, options: { space }, incumbent }: SweepView): readonly string[] {
  const untried = [...asked].filter(([key]) => !tried.has(key)).map(([, point]) => point);
  if (untried.length === 0) return [];
  const named = untried.slice(0, NAMED_MAX).map((point) =>
    hparamsIn(space)
      .filter((name) => point[name] !== incumbent[name])
      .map((name) => `${name} ${String(point[name])}`)
      .join(', '),
  );
  const others = untried.length > NAMED_MAX ? `; and ${untried.length - NAMED_MAX} more` : '';
  return [
    `${count(untried.length, 'enqueued point')} of ${asked.size} not tried, for the search ended before: ${named.join('; ')}${others}`,
  ];
}

/** Number of enqueued points that were tried: the sampler's own count leaves them out, lest a grid miss points. */
export function enqueuedTried({ asked, tried }: SweepView): number {
  return [...asked.keys()].filter((key) => tried.has(key)).length;
}

/** Why a search cannot take a point that somebody asks for while it runs; `undefined` if it can. */
export function refuseEnqueued(view: SweepView, hparams: HParams): string | undefined {
  const {
    options: { space, trials },
    stageId,
    incumbent,
    keyOf,
    tried,
  } = view;
  if (Object.keys(hparams).length === 0)
    return `hparams must name at least one hyperparameter of the space: ${hparamsIn(space).join(', ')}`;
  const [misfit, ...others] = misfitsIn(space, hparams).map(
    ({ name, rule }) => `${name} ${rule}, got ${JSON.stringify(hparams[name])}`,
  );
  if (misfit !== undefined) return [misfit, ...others].join('; ');
  if (view.isReplicating) return `the search of ${stageId} is over: its best points are trained with further seeds`;
  const key = keyOf({ ...incumbent, ...hparams });
  if (key === keyOf(incumbent)) return 'this point is the study as it stands, which is tried anyway';
  if (tried.has(key)) return `${stageId} has tried this point already`;
  const waiting = view.asked.size - enqueuedTried(view);
  return Math.max(1, tried.size) + waiting >= trials
    ? `the search of ${stageId} has room for ${trials} trials, all of which are run or enqueued`
    : undefined;
}
