import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';
import type { ImageFiles } from './image-set';

export interface LabelledFile {
  readonly file: string;
  readonly className: string;
}

/** Names of the classes, numbers by size. @throws DatasetInvalid if there are fewer than two. */
export function classNamesOf(source: Source, train: readonly LabelledFile[], fix: string): readonly string[] {
  const names = [...new Set(train.map(({ className }) => className))].sort();
  if (names.length < 2)
    throw new DatasetInvalid(
      `data set must have at least 2 classes [uri=${source.uri}], got only ${names[0] ?? 'none'}; ${fix}`,
    );
  return names.every((name) => /^-?\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

/** @throws DatasetInvalid where a file is of another class. */
export function withLabels(source: Source, files: readonly LabelledFile[], classNames: readonly string[]): ImageFiles {
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const strange = files.find(({ className }) => !labels.has(className));
  if (strange !== undefined)
    throw new DatasetInvalid(
      `${strange.file} is of a class that the training part lacks [uri=${source.uri}]: ${strange.className}; classes are ${shownNames(classNames)}`,
    );
  return {
    files: files.map(({ file }) => file),
    labels: Int32Array.from(files, ({ className }) => labels.get(className)!),
  };
}
