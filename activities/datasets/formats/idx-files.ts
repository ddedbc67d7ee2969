/**
 * The files of an IDX data set by their names, of which there are many variants in use.
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';

export interface IdxPair {
  readonly images: string;
  readonly labels: string;
}

/** Numbers or labels in place of classes, e.g. `train-labels.csv`. */
const TABLE = /^(.*?)(train|t10k|test)[-._](labels)\.csv(\.gz)?$/i;

export const isTable = (file: string): boolean => TABLE.test(file);

/** E.g. `train-images-idx3-ubyte.gz`, `t10k-labels.idx1-ubyte`, `emnist-letters-test-images-idx3-ubyte.gz`. */
const NAME = /^(.*?)(train|t10k|test)[-._](images|labels)[-._]idx\d[-._]ubyte(\.gz)?$/i;

interface Found {
  readonly name: string;
  readonly set: string;
  readonly part: 'train' | 'test';
  readonly kind: 'images' | 'labels';
}

/**
 * The files of the training part and of the test part, if there is one.
 * @throws DatasetInvalid saying what was looked for and what is there.
 */
export async function idxFiles(source: Source): Promise<{ readonly train: IdxPair; readonly test: IdxPair | null }> {
  const names = await source.list();
  const found = names.flatMap(recognized);
  const sets = [...new Set(found.map(({ set }) => set))];
  if (sets.length > 1) {
    throw new DatasetInvalid(
      `folder must hold one data set, holds ${sets.length}: ${sets.map((set) => `${set}*`).join(', ')} [uri=${source.uri}]; give each a folder of its own`,
    );
  }
  const pick = (part: Found['part'], kind: Found['kind']): string | undefined =>
    pickOne(found.filter((file) => file.part === part && file.kind === kind));
  const [trainImages, trainLabels] = [pick('train', 'images'), pick('train', 'labels')];
  const [testImages, testLabels] = [pick('test', 'images'), pick('test', 'labels')];
  const missing = [
    ...(trainImages === undefined ? ['train-images-idx3-ubyte'] : []),
    ...(trainLabels === undefined ? ['train-labels-idx1-ubyte'] : []),
    ...(testImages === undefined && testLabels !== undefined ? ['t10k-images-idx3-ubyte'] : []),
    ...(testLabels === undefined && testImages !== undefined ? ['t10k-labels-idx1-ubyte'] : []),
  ];
  if (trainImages === undefined || trainLabels === undefined || missing.length > 0) {
    throw new DatasetInvalid(
      `idx data set lacks files [uri=${source.uri}]: looked for ${missing.join(' and ')}, gzipped (.gz) or not, labels perhaps as .csv; found ${shownNames(names)}`,
    );
  }
  const train = { images: trainImages, labels: trainLabels };
  return {
    train,
    test: testImages === undefined || testLabels === undefined ? null : { images: testImages, labels: testLabels },
  };
}

function recognized(name: string): readonly Found[] {
  const [, set, part, kind] = NAME.exec(name) ?? TABLE.exec(name) ?? [];
  if (set === undefined || part === undefined || kind === undefined) return [];
  return [
    { name, set, part: part.toLowerCase() === 'train' ? 'train' : 'test', kind: kind.toLowerCase() as Found['kind'] },
  ];
}

/** An unzipped file lies often beside its zip; another pair is two test parts. */
function pickOne(files: readonly Found[]): string | undefined {
  const plain = files.map(({ name }) => name.replace(/\.gz$/i, ''));
  if (new Set(plain).size > 1)
    throw new DatasetInvalid(`folder must hold one of ${files.map(({ name }) => name).join(', ')}; remove the others`);
  return files.map(({ name }) => name).sort((a, b) => a.length - b.length)[0];
}
