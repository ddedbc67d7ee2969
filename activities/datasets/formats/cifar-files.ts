/**
 * The files of a CIFAR-10 folder by name and size.
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';

export interface CifarFile {
  readonly name: string;
  readonly records: number;
}

export interface CifarFiles {
  readonly train: readonly CifarFile[];
  readonly test: CifarFile | null;
  readonly names: string | null;
}

/** Where the archive unpacks to. */
const ARCHIVE_FOLDER = 'cifar-10-batches-bin';
const BATCH = /^data_batch_(\d+)\.bin$/;

/** The files with the number of their records. @throws DatasetInvalid saying what was looked for and what is there. */
export async function cifarFiles(source: Source, recordBytes: number): Promise<CifarFiles> {
  const outer = await source.list();
  const inFolder = outer.some((name) => BATCH.test(name));
  const names = inFolder ? outer : await source.list(ARCHIVE_FOLDER);
  const numbers = names
    .flatMap((name) => BATCH.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const absent = Array.from({ length: Math.max(1, ...numbers) }, (_, i) => i + 1).filter(
    (number) => !numbers.includes(number),
  );
  if (absent.length > 0)
    throw lacking(
      source,
      absent.map((number) => `data_batch_${number}.bin`),
      names.length > 0 ? names : outer,
    );
  const at = (name: string): string => (inFolder ? name : `${ARCHIVE_FOLDER}/${name}`);
  const train = await Promise.all(
    numbers.map((number) => counted(source, at(`data_batch_${number}.bin`), recordBytes)),
  );
  if (new Set(train.map(({ records }) => records)).size > 1) {
    throw new DatasetInvalid(
      `data_batch files must have equally many images, got ${train.map(({ name, records }) => `${name}=${records}`).join(', ')}; fetch them again`,
    );
  }
  return {
    train,
    test: names.includes('test_batch.bin') ? await counted(source, at('test_batch.bin'), recordBytes) : null,
    names: names.includes('batches.meta.txt') ? at('batches.meta.txt') : null,
  };
}

export async function counted(source: Source, name: string, recordBytes: number): Promise<CifarFile> {
  const bytes = await source.bytes(name);
  if (bytes === 0) throw new DatasetInvalid(`${name} is empty`);
  const over = bytes % recordBytes;
  if (over !== 0) {
    throw new DatasetInvalid(
      `${name} is truncated, has trailing bytes or is no such file of CIFAR's: expected a multiple of ${recordBytes} bytes, e.g. ${bytes - over + recordBytes}, got ${bytes}`,
    );
  }
  return { name, records: bytes / recordBytes };
}

function lacking(source: Source, absent: readonly string[], names: readonly string[]): DatasetInvalid {
  const archive = names.find((name) => /^cifar-10.*\.(tar\.gz|tgz|tar|zip)$/.test(name));
  const fix =
    archive !== undefined
      ? `; unpack ${archive}`
      : names.includes('data_batch_1')
        ? '; these are the Python version: fetch the binary version, cifar-10-binary.tar.gz'
        : names.includes('train.bin')
          ? '; this may be CIFAR-100: set dataset.format to cifar100, or to cifar100-coarse'
          : '';
  return new DatasetInvalid(
    `cifar data set lacks files [uri=${source.uri}]: looked for ${absent.join(', ')}, here or in ${ARCHIVE_FOLDER}; found ${shownNames(names)}${fix}`,
  );
}
