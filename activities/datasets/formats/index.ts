import { cifar } from './cifar';
import type { DatasetFormat, FormatName } from './format';
import { folders } from './folders';
import { idx } from './idx';

/** Every format by name. */
export const FORMATS: Readonly<Record<FormatName, DatasetFormat>> = { folders, idx, cifar };
