import { placedDimensions } from '../search/space';
import { valueAt } from './problem';
import type { Problem } from './problem';

/** What of a study says how weights are averaged, as it was written. */
interface Averaging {
  /** `training.weightAverage`. */
  readonly weightAverage: unknown;
  /** `training.hparams`. */
  readonly hparams: Readonly<Record<string, unknown>>;
  /** Each stage's. */
  readonly spaces: readonly unknown[];
}

/** A model is one average or the other: where a study has both, it would be chance which one a trial takes. */
export function averageProblems({ weightAverage, hparams, spaces }: Averaging): readonly Problem[] {
  const kind = valueAt(weightAverage, ['kind']);
  const places = [
    ...(typeof kind === 'string' ? [{ path: 'training.weightAverage', kind }] : []),
    ...Object.keys(hparams).map((name) => ({ path: `training.hparams.${name}`, kind: kindOf(name) })),
    ...spaces.flatMap((space, i) =>
      placedDimensions(space).map(({ name, path }) => ({
        path: ['stages', i, 'space', ...path].join('.'),
        kind: kindOf(name),
      })),
    ),
  ].filter((place) => place.kind !== undefined);
  const [first] = places;
  const other = places.find((place) => place.kind !== first?.kind);
  if (first === undefined || other === undefined) return [];
  return [
    {
      path: other.path,
      rule: `must be of one kind with ${first.path}: weights are averaged by ema or by swa`,
      value: other.kind,
      fix: 'compare the two in studies of their own',
    },
  ];
}

function kindOf(name: string): string | undefined {
  return name === 'emaDecay' ? 'ema' : name.startsWith('swa') ? 'swa' : undefined;
}
