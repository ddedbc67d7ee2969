import type { PresetName } from '../preset-names';
import { lenet5 } from './lenet5';
import { mnistCnn } from './mnist-cnn';
import type { Preset } from './preset';
import { resnet20 } from './resnet20';
import { vggSmall } from './vgg-small';

/** Every preset by name. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  'mnist-cnn': mnistCnn,
  lenet5,
  'vgg-small': vggSmall,
  resnet20,
};
