/**
 * What a format of data sets is: it looks at a source, then streams examples.
 *
 * @module
 */
import type { ColumnsSpec, ImageSpec } from '../../../workflows/spec';
import type { Source } from '../source/source';

/** Names of the formats; beside no reader, so that a check of a study loads none of them. */
export const FORMAT_NAMES = ['folders', 'table', 'npz', 'idx', 'cifar', 'cifar100', 'cifar100-coarse'] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];

/** Numbers that images have in place of classes; of labels, 1 for one that is there and 0 for one that is not. */
export interface Targets {
  readonly names: readonly string[];
  /** Row-major [examples, targets]. */
  readonly values: Float32Array;
}

export interface ExampleBatch {
  /** Row-major [examples, height, width, channels] uint8. */
  readonly images: Uint8Array;
  /** In [0, classes), one per example; or its targets, row by row. */
  readonly labels: ArrayLike<number>;
}

export interface OpenedPart {
  /** Of a data set without classes. */
  readonly targets?: Targets;
  /** At least 1. */
  readonly examples: number;
  /** All examples in the order of the files. @throws DatasetInvalid if the files are not what `open` was told. */
  batches(): AsyncIterable<ExampleBatch>;
}

export interface OpenedDataset {
  /** Height, width and channels. */
  readonly shape: readonly [number, number, number];
  /** One name a class, at least 2; or a target. */
  readonly classNames: readonly string[];
  readonly train: OpenedPart;
  readonly test: OpenedPart | null;
  /** So many at the end of the training part are the data set's own validation part. Absent: it has none. */
  readonly validationExamples?: number;
}

/** What a study says of the files beside their format. */
export interface DatasetOptions {
  readonly image?: ImageSpec;
  readonly columns?: ColumnsSpec;
  /** Told where each file must be looked into before anything is known. */
  readonly onExamined?: (examined: number, total: number) => void;
}

/** Options that belong to some formats only. */
export const OPTION_NAMES = ['image', 'columns'] as const;

export type OptionName = (typeof OPTION_NAMES)[number];

export interface DatasetFormat {
  /** Options that it knows. */
  readonly takes?: readonly OptionName[];
  /**
   * What a source holds by names, headers and labels; images are read later, but where broken ones are to be left out.
   * @throws DatasetInvalid
   */
  open(source: Source, options?: DatasetOptions): Promise<OpenedDataset>;
}

/** Larger images than any that a model here could take; a corrupt header asks for such. */
export const IMAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Bytes of images in one batch, about: small enough for a heartbeat between two of them, large enough not to count. */
export const BATCH_BYTES = 4 * 1024 * 1024;
