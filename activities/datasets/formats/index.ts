import { cifar } from './cifar';
import { cifar100 } from './cifar100';
import type { DatasetFormat, FormatName } from './format';
import { folders } from './folders';
import { idx } from './idx';
import { npz } from './npz';
import { table } from './table';

/** Every format by name. */
export const FORMATS: Readonly<Record<FormatName, DatasetFormat>> = {
  folders,
  table,
  npz,
  idx,
  cifar,
  cifar100: cifar100('fine'),
  'cifar100-coarse': cifar100('coarse'),
};
