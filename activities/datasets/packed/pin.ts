/**
 * From a data set as a study names it to one that is pinned by its content, or only looked at.
 *
 * @module
 */
import type { DatasetSpec } from '../../../workflows/spec';
import type { PinnedDataset } from '../../../workflows/words/study';
import type { ObjectStore } from '../../storage/object-store';
import { DatasetInvalid } from '../errors';
import { FORMATS } from '../formats';
import { FORMAT_NAMES } from '../formats/format';
import type { FormatName, OpenedDataset } from '../formats/format';
import { openSource } from '../source/source';
import type { SourceAccess } from '../source/source';
import { packDataset } from './pack';
import type { PackOptions } from './pack';
import { labelCounts, splitIndices, splitOf } from './split';
import { targetStatistics } from './target-statistics';

export interface PinDependencies extends SourceAccess {
  /** Where the packed data set goes. */
  readonly store: ObjectStore;
}

/** A data set packed in the store, its examples dealt out by the study's seed. @throws DatasetInvalid */
export async function pinDataset(
  dependencies: PinDependencies,
  spec: DatasetSpec,
  studySeed: number,
  options: PackOptions,
): Promise<PinnedDataset> {
  const opened = await openDataset(spec, dependencies);
  // Before packing: nothing is written for a study that cannot run.
  const split = splitOf(spec, studySeed, opened.train.examples, opened.test?.examples ?? null);
  const { sha256, ref, trainLabels } = await packDataset(dependencies.store, opened, options);
  return {
    sha256,
    manifest: ref,
    source: { format: spec.format, uri: spec.uri },
    shape: opened.shape,
    classes: opened.classNames.length,
    ...(opened.train.targets === undefined
      ? { validationLabels: labelCounts(trainLabels, splitIndices(split).validation, opened.classNames.length) }
      : targetsOf(opened, split)),
    split,
  };
}

function targetsOf(
  { train: { targets } }: OpenedDataset,
  split: PinnedDataset['split'],
): Pick<PinnedDataset, 'targets'> {
  return targets === undefined ? {} : { targets: targetStatistics(targets, splitIndices(split).validation) };
}

/** What a study's stages may know of its data before it is packed. */
export interface DatasetDescription extends Pick<PinnedDataset, 'shape' | 'classes' | 'targets' | 'split'> {
  readonly classNames: readonly string[];
  /** Examples of the data set's own parts. */
  readonly trainPart: number;
  readonly testPart: number | null;
}

/**
 * What a data set holds, by its headers and labels: nothing is packed, and images are not read, so a file that breaks
 * off among them shows only when it is packed.
 *
 * @param spec With an absolute address.
 * @param access What may be read; a person's own command may read what the person may: `{ fileRoots: ['/'] }`.
 * @throws DatasetInvalid
 */
export async function describeDataset(
  spec: DatasetSpec,
  studySeed: number,
  access: SourceAccess,
): Promise<DatasetDescription> {
  const opened = await openDataset(spec, access);
  const { shape, classNames, train, test } = opened;
  const testPart = test?.examples ?? null;
  const split = splitOf(spec, studySeed, train.examples, testPart);
  return {
    shape,
    classes: classNames.length,
    classNames,
    trainPart: train.examples,
    testPart,
    ...targetsOf(opened, split),
    split,
  };
}

async function openDataset({ format, uri }: DatasetSpec, access: SourceAccess): Promise<OpenedDataset> {
  if (!isFormat(format))
    throw new DatasetInvalid(`dataset.format must be one of ${FORMAT_NAMES.join(', ')}, got ${format}`);
  return FORMATS[format].open(await openSource(uri, access));
}

function isFormat(name: string): name is FormatName {
  return (FORMAT_NAMES as readonly string[]).includes(name);
}
