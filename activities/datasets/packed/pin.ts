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
import { FORMAT_NAMES, OPTION_NAMES } from '../formats/format';
import type { DatasetOptions, FormatName, OpenedDataset, OptionName } from '../formats/format';
import { openSource } from '../source/source';
import type { SourceAccess } from '../source/source';
import { packDataset } from './pack';
import type { PackOptions } from './pack';
import { labelCounts, splitIndices, splitOf } from './split';
import type { SplitSpec } from './split';
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
  const opened = await openDataset(spec, dependencies, (examples, examplesTotal) =>
    options.onProgress({ doing: 'reading', examples, examplesTotal }),
  );
  // Before packing: nothing is written for a study that cannot run.
  const split = splitBy(spec, studySeed, opened);
  const { sha256, ref, trainLabels } = await packDataset(dependencies.store, opened, options);
  return {
    sha256,
    manifest: ref,
    source: { format: spec.format, uri: spec.uri, ...(spec.image && { fit: spec.image.fit }) },
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
  /** Examples of the data set's own parts, without those of a validation part of its own. */
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
  const { shape, classNames } = opened;
  const split = splitBy(spec, studySeed, opened);
  return {
    shape,
    classes: classNames.length,
    classNames,
    trainPart: opened.train.examples - (opened.validationExamples ?? 0),
    testPart: opened.test?.examples ?? null,
    ...targetsOf(opened, split),
    split,
  };
}

function splitBy(spec: DatasetSpec, studySeed: number, { train, test, validationExamples }: OpenedDataset): SplitSpec {
  const own = validationExamples ?? null;
  return splitOf(spec, studySeed, train.examples - (own ?? 0), test?.examples ?? null, own);
}

async function openDataset(
  spec: DatasetSpec,
  access: SourceAccess,
  onExamined?: DatasetOptions['onExamined'],
): Promise<OpenedDataset> {
  const { format, uri } = spec;
  if (!isFormat(format))
    throw new DatasetInvalid(`dataset.format must be one of ${FORMAT_NAMES.join(', ')}, got ${format}`);
  const options = OPTION_NAMES.filter((name) => spec[name] !== undefined);
  const inVain = options.find((name) => !takes(format, name));
  if (inVain !== undefined)
    throw new DatasetInvalid(
      `dataset.${inVain} must be left out with format ${format}; it belongs to ${FORMAT_NAMES.filter((name) => takes(name, inVain)).join(', ')}`,
    );
  return FORMATS[format].open(await openSource(uri, access), {
    ...Object.fromEntries(options.map((name) => [name, spec[name]])),
    ...(onExamined && { onExamined }),
  });
}

const takes = (format: FormatName, option: OptionName): boolean => FORMATS[format].takes?.includes(option) === true;

function isFormat(name: string): name is FormatName {
  return (FORMAT_NAMES as readonly string[]).includes(name);
}
