import type { HParams } from '../../../../workflows/words/trial';
import type { StepContext } from '../layers/context';
import type { Augmentation, AugmentationBatch } from './augmentation';
import { brightness } from './brightness';
import { contrast } from './contrast';
import { cutout } from './cutout';
import { flip } from './flip';
import { mixup } from './mixup';
import { rotation } from './rotation';
import { shift } from './shift';

/** Every augmentation by the name of its hyperparameter, in the order they are applied in. */
const AUGMENTATIONS: Readonly<Record<string, Augmentation>> = {
  flip,
  rotation,
  shift,
  brightness,
  contrast,
  cutout,
  mixup,
};

/** The augmentations that a trial uses: those with a strength above 0. */
export function activeAugmentations(hparams: HParams): readonly string[] {
  return Object.keys(AUGMENTATIONS).filter((name) => Number(hparams[name] ?? 0) > 0);
}

/** The batch after the named augmentations. */
export function augment(batch: AugmentationBatch, names: readonly string[], context: StepContext): AugmentationBatch {
  return names.reduce((next, name) => AUGMENTATIONS[name]?.(next, context.scalar(name), context) ?? next, batch);
}
