import { cifar } from './cifar';
import type { DatasetFormat, FormatName } from './format';
import { folders } from './folders';
import { idx } from './idx';
import { table } from './table';

/** Every format by name. */
export const FORMATS: Readonly<Record<FormatName, DatasetFormat>> = { folders, table, idx, cifar };
