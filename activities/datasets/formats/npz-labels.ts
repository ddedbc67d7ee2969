import { DatasetInvalid } from '../errors';
import type { NpyValues } from './npy-array';
import type { PartName } from './part-names';

export interface PartLabels extends NpyValues {
  readonly file: string;
}

/** More are no classes, but numbers. */
const CLASSES_MAX = 65_536;

interface Meaning {
  readonly classNames: readonly string[];
  readonly hasTargets: boolean;
  readonly of: (part: PartName) => Int32Array | Float32Array;
}

/** Classes, labels or numbers: what the arrays of all parts can be. @throws DatasetInvalid */
export function meaningOf(parts: ReadonlyMap<PartName, PartLabels>): Meaning {
  const all = [...parts.values()];
  const columns = columnsIn(all);
  if (columns > 1 && all.every((part) => isOneHot(part, columns))) {
    const hot = new Map(
      [...parts].map(([name, { values }]) => [
        name,
        Int32Array.from(
          { length: values.length / columns },
          (_, row) => values.indexOf(1, row * columns) - row * columns,
        ),
      ]),
    );
    return { classNames: numbered('', columns), hasTargets: false, of: (part) => hot.get(part)! };
  }
  if (columns > 1 || all.some(({ isInteger }) => !isInteger))
    return {
      classNames: numbered('y', columns),
      hasTargets: true,
      of: (part) => Float32Array.from(parts.get(part)!.values),
    };
  const classes = parts.get('train')!.values.reduce((max, label) => Math.max(max, label), 0) + 1;
  for (const { file, values } of all) checkLabels(file, values, classes);
  return {
    classNames: numbered('', classes),
    hasTargets: false,
    of: (part) => Int32Array.from(parts.get(part)!.values),
  };
}

function columnsIn(all: readonly PartLabels[]): number {
  const columns = all.map(({ shape }) => shape.slice(1).reduce((product, size) => product * size, 1));
  if (new Set(columns).size > 1 || all.some(({ shape }) => shape.length > 2))
    throw new DatasetInvalid(
      `labels must be (images) or (images, columns), the same in all parts, got ${all.map(({ file, shape }) => `${file}=(${shape.join(', ')})`).join(', ')}`,
    );
  return columns[0]!;
}

function isOneHot({ values }: PartLabels, columns: number): boolean {
  for (let row = 0; row < values.length; row += columns) {
    let ones = 0;
    for (let i = row; i < row + columns; i++) {
      if (values[i] !== 0 && values[i] !== 1) return false;
      ones += values[i]!;
    }
    if (ones !== 1) return false;
  }
  return true;
}

function checkLabels(file: string, values: Float64Array, classes: number): void {
  if (classes < 2 || classes > CLASSES_MAX)
    throw new DatasetInvalid(
      `${file} must have labels of 2 to ${CLASSES_MAX} classes, got ${classes}; numbers to be predicted must be floats`,
    );
  const wrong = values.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0)
    throw new DatasetInvalid(
      `${file} has a label out of range: labels of the training part are 0 to ${classes - 1}, got ${values[wrong]!} at example ${wrong}`,
    );
}

const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);
