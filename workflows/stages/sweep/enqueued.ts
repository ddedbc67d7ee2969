/**
 * Points that people asked for: those of the study file, then those that came while the study ran.
 *
 * @module
 */
import { pointKey } from '../../search/space';
import { misfitsIn } from '../../search/space/fit';
import type { HParams } from '../../words/trial';
import { isReplicating } from './configurations';
import type { SweepContext } from './configurations';
import { triedPoints } from './tried-points';

/**
 * Every enqueued point once, tried or not; what it does not name is as the study stands. The study itself is not among
 * them.
 */
function enqueuedPoints({ options, incumbent, enqueued = [] }: SweepContext): readonly HParams[] {
  const points = new Map<string, HParams>();
  for (const hparams of [...(options.enqueue ?? []), ...enqueued]) {
    const point = { ...incumbent, ...hparams };
    const key = pointKey(options.space, point);
    if (!points.has(key) && key !== pointKey(options.space, incumbent)) points.set(key, point);
  }
  return [...points.values()];
}

/** Number of enqueued points, tried or not. */
export function enqueuedCount(context: SweepContext): number {
  return enqueuedPoints(context).length;
}

/** The next enqueued point that was not tried yet. */
export function nextEnqueued(context: SweepContext): HParams | undefined {
  const known = triedPoints(context);
  return enqueuedPoints(context).find((point) => !known.has(pointKey(context.options.space, point)));
}

/** Number of enqueued points that were tried: the sampler's own count leaves them out, lest a grid miss points. */
export function enqueuedTried(context: SweepContext): number {
  const known = triedPoints(context);
  return enqueuedPoints(context).filter((point) => known.has(pointKey(context.options.space, point))).length;
}

/** Why a search cannot take a point that somebody asks for while it runs; `undefined` if it can. */
export function refuseEnqueued(context: SweepContext, hparams: HParams): string | undefined {
  const {
    options: { space, trials },
    stageId,
    incumbent,
  } = context;
  if (Object.keys(hparams).length === 0)
    return `hparams must name at least one hyperparameter of the space: ${Object.keys(space).join(', ')}`;
  const [misfit, ...others] = misfitsIn(space, hparams).map(
    ({ name, rule }) => `${name} ${rule}, got ${JSON.stringify(hparams[name])}`,
  );
  if (misfit !== undefined) return [misfit, ...others].join('; ');
  if (isReplicating(context)) return `the search of ${stageId} is over: its best points are trained with further seeds`;
  const key = pointKey(space, { ...incumbent, ...hparams });
  if (key === pointKey(space, incumbent)) return 'this point is the study as it stands, which is tried anyway';
  const tried = triedPoints(context);
  if (tried.has(key)) return `${stageId} has tried this point already`;
  const waiting = enqueuedCount(context) - enqueuedTried(context);
  return Math.max(1, tried.size) + waiting >= trials
    ? `the search of ${stageId} has room for ${trials} trials, all of which are run or enqueued`
    : undefined;
}
