/**
 * Packing a data set into the store, once for each content.
 *
 * @module
 */
import type { ObjectRef } from '../../../workflows/words/outcome';
import type { ObjectStore } from '../../storage/object-store';
import { Lanes } from '../../concurrency';
import { canonicalJson, sha256InThread, sha256Of } from '../../content-hash';
import { DatasetInvalid } from '../errors';
import type { OpenedDataset, OpenedPart } from '../formats/format';
import { manifestKey, packedFiles, packedManifestSchema } from './packed';
import type { PackedFile, PackedManifest } from './packed';
import { SHARD_BYTES, shardsOf } from './shards';
import type { Shard } from './shards';

/** Enough to fill a link whose answers take their time. */
const TRANSFERS_AT_ONCE = 8;

export interface PackProgress {
  readonly doing: 'reading' | 'writing';
  readonly examples: number;
  readonly examplesTotal: number;
}

export interface PackOptions {
  readonly onProgress: (progress: PackProgress) => void;
  readonly shardBytes?: number;
}

export interface PackedDataset {
  /** Content address: the hash of the manifest, which holds the hash of every file. */
  readonly sha256: string;
  readonly manifest: PackedManifest;
  readonly ref: ObjectRef;
  /** Of the training part, in the order of its examples; all 0 where images have numbers in place of classes. */
  readonly trainLabels: Int32Array;
}

/**
 * A data set in the store below `datasets/<sha256>/`, its manifest last.
 *
 * Reads the source twice: the first time for the address, which is all it takes where the store has the content
 * already; the second time for the shards that the store lacks, so that a packing that was broken off goes on. That
 * needs no disk, and memory for `TRANSFERS_AT_ONCE` shards and two, a batch of the source, the labels of the training
 * part at 4 bytes each and, of an IDX set, all at a byte, whatever the size of the images.
 *
 * @throws DatasetInvalid if the files are not what their headers say, or change between the readings.
 */
export async function packDataset(
  store: ObjectStore,
  opened: OpenedDataset,
  options: PackOptions,
): Promise<PackedDataset> {
  const trainLabels = new Int32Array(opened.train.examples);
  const manifest = await readManifest(opened, options, trainLabels);
  const bytes = Buffer.from(canonicalJson(manifest));
  const sha256 = sha256Of(bytes);
  const key = manifestKey(sha256);
  // A manifest whose shards somebody deleted is packed again.
  const isThere = (await store.head(key)) !== undefined;
  const missing = await missingFiles(store, sha256, manifest);
  if (missing.length > 0) await writeShards(store, prefixOf(sha256), opened, missing, options);
  if (!isThere || missing.length > 0) await store.put(key, bytes);
  return { sha256, manifest, ref: { key, sha256, bytes: bytes.length }, trainLabels };
}

interface OpenSplit {
  examples: number;
  readonly images: PackedFile[];
  readonly labels: PackedFile[];
}

async function readManifest(
  opened: OpenedDataset,
  options: PackOptions,
  trainLabels: Int32Array,
): Promise<PackedManifest> {
  const { shape, classNames } = opened;
  const parts: Record<'train' | 'test', OpenSplit | null> = { train: null, test: null };
  for await (const {
    part,
    examples,
    files: [images, labels],
  } of shardFiles(opened, 'reading', options)) {
    const split = (parts[part] ??= { examples: 0, images: [], labels: [] });
    if (part === 'train' && opened.train.targets === undefined) trainLabels.set(labelsIn(labels), split.examples);
    split.examples += examples;
    split.images.push(await refOf(images, examples));
    split.labels.push(await refOf(labels, examples));
  }
  if (parts.train === null) throw new DatasetInvalid('training part holds no examples');
  return {
    version: 1,
    shape,
    classes: classNames.length,
    classNames,
    ...(opened.train.targets && { hasTargets: true as const }),
    train: parts.train,
    test: parts.test,
  };
}

async function writeShards(
  store: ObjectStore,
  prefix: string,
  opened: OpenedDataset,
  missing: readonly PackedFile[],
  options: PackOptions,
): Promise<void> {
  const wanted = new Map(missing.map(({ file, sha256 }) => [file, sha256]));
  const transfers = new Lanes(TRANSFERS_AT_ONCE);
  try {
    for await (const { files } of shardFiles(opened, 'writing', options)) {
      for (const { file, bytes } of files) {
        const sha256 = wanted.get(file);
        if (sha256 === undefined) continue;
        await transfers.add(async () => {
          if ((await sha256InThread(bytes)) !== sha256) throw changedMeanwhile(file);
          await store.putFile(`${prefix}${file}`, bytes, { sha256 });
        });
      }
    }
    await transfers.done();
  } finally {
    await transfers.settled();
  }
}

function changedMeanwhile(file: string): DatasetInvalid {
  return new DatasetInvalid(`data set changed while it was packed [file=${file}]; start again when it is at rest`);
}

interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

interface ShardFiles {
  readonly part: 'train' | 'test';
  readonly examples: number;
  /** Images and labels. */
  readonly files: readonly [NamedBytes, NamedBytes];
}

/** Every shard of both parts as files; tells the progress after each was used. */
async function* shardFiles(
  { shape, train, test }: OpenedDataset,
  doing: PackProgress['doing'],
  { onProgress, shardBytes = SHARD_BYTES }: PackOptions,
): AsyncGenerator<ShardFiles> {
  const examplesTotal = train.examples + (test?.examples ?? 0);
  const imageBytes = shape[0] * shape[1] * shape[2];
  let examples = 0;
  const advance = (batch: number): void => {
    examples += batch;
    onProgress({ doing, examples, examplesTotal });
  };
  for (const [part, opened] of [
    ['train', train],
    ['test', test],
  ] as const) {
    if (opened === null) continue;
    for await (const shard of shardsOf(observed(opened, advance), imageBytes, shardBytes)) {
      yield {
        part,
        examples: shard.examples,
        files: filesOf(part, shard, opened.targets === undefined ? 'i32' : 'f32'),
      };
      advance(0);
    }
  }
}

function observed(part: OpenedPart, onBatch: (examples: number) => void): OpenedPart {
  const perExample = part.targets?.names.length ?? 1;
  return {
    ...part,
    async *batches() {
      for await (const batch of part.batches()) {
        onBatch(batch.labels.length / perExample);
        yield batch;
      }
    },
  };
}

function filesOf(
  part: 'train' | 'test',
  { index, images, labels }: Shard,
  labelKind: 'i32' | 'f32',
): readonly [NamedBytes, NamedBytes] {
  const number = String(index).padStart(5, '0');
  return [
    { file: `${part}-images-${number}.u8`, bytes: images },
    { file: `${part}-labels-${number}.${labelKind}`, bytes: labels },
  ];
}

/** Little-endian, whatever the machine is. */
function labelsIn({ bytes }: NamedBytes): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
}

async function refOf({ file, bytes }: NamedBytes, examples: number): Promise<PackedFile> {
  return { file, sha256: await sha256InThread(bytes), bytes: bytes.length, examples };
}

/** Whether the store has a packed data set with all its files, by their sizes. */
export async function isStored(store: ObjectStore, { sha256 }: Pick<PackedDataset, 'sha256'>): Promise<boolean> {
  const manifest = await store.get(manifestKey(sha256));
  if (manifest === undefined || sha256Of(manifest.bytes) !== sha256) return false;
  const { data } = packedManifestSchema.safeParse(JSON.parse(Buffer.from(manifest.bytes).toString('utf8')));
  return data !== undefined && (await missingFiles(store, sha256, data)).length === 0;
}

/** What the store has not, by names and sizes: an object is there whole or not at all. */
async function missingFiles(
  store: ObjectStore,
  sha256: string,
  manifest: PackedManifest,
): Promise<readonly PackedFile[]> {
  const prefix = prefixOf(sha256);
  const present = new Map((await store.list(prefix)).map((object) => [object.key, object.bytes]));
  return packedFiles(manifest).filter(({ file, bytes }) => present.get(`${prefix}${file}`) !== bytes);
}

function prefixOf(sha256: string): string {
  return manifestKey(sha256).replace('manifest.json', '');
}
