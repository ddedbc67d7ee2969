import type { FormatName } from '../format-names';
import { cifar } from './cifar';
import type { DatasetFormat } from './format';
import { idx } from './idx';

/** Every format by name. */
export const FORMATS: Readonly<Record<FormatName, DatasetFormat>> = { idx, cifar };
