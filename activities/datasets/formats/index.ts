import { cifar } from './cifar';
import type { DatasetFormat, FormatName } from './format';
import { folders } from './folders';
import { idx } from './idx';
import { npz } from './npz';
import { table } from './table';

/** Every format by name. */
export const FORMATS: Readonly<Record<FormatName, DatasetFormat>> = { folders, table, npz, idx, cifar };
