/**
 * The one form every data set is packed into: uint8 images (NHWC) and int32 labels or float32 targets, in shards, named by content.
 *
 * @module
 */
import { z } from 'zod';

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
  /** Little-endian int32, one per example; or its targets as float32. */
  readonly labels: readonly PackedFile[];
}

export interface PackedManifest {
  readonly version: 1;
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly classNames: readonly string[];
  /** `classNames` are those of numbers that each image has, in place of one class. */
  readonly hasTargets?: true | undefined;
  readonly train: PackedSplit;
  readonly test: PackedSplit | null;
}

const count = z.int().min(1);
const packedFile = z.strictObject({
  // A name becomes a local path.
  file: z.string().regex(/^[a-z0-9][a-z0-9-]*\.(u8|i32|f32)$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: count,
  examples: count,
});
const packedSplit = z.strictObject({
  examples: count,
  images: z.array(packedFile).min(1),
  labels: z.array(packedFile).min(1),
});

/** A manifest as it is read back. */
export const packedManifestSchema: z.ZodType<PackedManifest> = z.strictObject({
  version: z.literal(1),
  shape: z.tuple([count, count, count]),
  classes: count,
  classNames: z.array(z.string()),
  hasTargets: z.literal(true).optional(),
  train: packedSplit,
  test: packedSplit.nullable(),
});

/** Key of the manifest of the packed data set with this content; its files are beside it. */
export function manifestKey(sha256: string): string {
  return `datasets/${sha256}/manifest.json`;
}

/** Every file of a packed data set but its manifest. */
export function packedFiles({ train, test }: PackedManifest): readonly PackedFile[] {
  return [train, test].flatMap((split) => (split === null ? [] : [...split.images, ...split.labels]));
}
