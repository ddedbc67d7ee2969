/**
 * The one form every data set is packed into: uint8 images (NHWC) and int32 labels, in shards, named by content.
 *
 * @module
 */

export interface PackedFile {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly examples: number;
}

export interface PackedSplit {
  readonly examples: number;
  /** Row-major [examples, height, width, channels] uint8. */
  readonly images: readonly PackedFile[];
  /** Little-endian int32, one per example. */
  readonly labels: readonly PackedFile[];
}

export interface PackedManifest {
  readonly version: 1;
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly classNames: readonly string[];
  readonly train: PackedSplit;
  readonly test: PackedSplit | null;
}
