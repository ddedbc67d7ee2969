import { DEFAULT_LEARNING_RATES } from '../words/hparams';
import { MOMENTUM_OPTIMIZERS } from './optimizers';
import type { Problem } from './problem';
import type { ParsedStage } from './stage-uses';

/** Optimizers with a momentum to cycle; adam and adamw call it beta1. */
const CYCLING: readonly string[] = [...MOMENTUM_OPTIMIZERS, 'adam', 'adamw'];

/** Momentum that would be cycled of an optimizer that has none. @param schedule `training.schedule` as written. */
export function cycledMomentumProblems(
  optimizer: unknown,
  schedule: unknown,
  stages: readonly ParsedStage[],
): readonly Problem[] {
  if (typeof optimizer !== 'string' || !Object.hasOwn(DEFAULT_LEARNING_RATES, optimizer) || CYCLING.includes(optimizer))
    return [];
  const places: readonly (readonly [string, unknown])[] = [
    ['training.schedule', schedule],
    ...stages.map(({ index, options }) => [`stages.${index}`, options] as const),
  ];
  return places.flatMap(([path, place]): readonly Problem[] => {
    const value =
      typeof place === 'object' && place !== null && 'cycledMomentum' in place ? place.cycledMomentum : undefined;
    if (value === undefined) return [];
    return [
      {
        path: `${path}.cycledMomentum`,
        rule: `is not read by the optimizer ${optimizer}`,
        value,
        fix: `use one of ${CYCLING.join(', ')}, or leave it out`,
      },
    ];
  });
}
