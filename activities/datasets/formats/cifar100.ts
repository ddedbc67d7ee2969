/**
 * CIFAR-100 in its binary version, by its 100 classes or by its 20 superclasses.
 *
 * Source: A. Krizhevsky, "The CIFAR-10 dataset", section "The CIFAR-100 dataset".
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import { CIFAR_SHAPE, partOf, readNames, recordBytes } from './cifar';
import { counted } from './cifar-files';
import type { DatasetFormat } from './format';

const FOLDER = 'cifar-100-binary';
/** The superclass, then the class. */
const LABEL_BYTES = 2;
const KINDS = {
  coarse: { at: 0, classes: 20, names: 'coarse_label_names.txt' },
  fine: { at: 1, classes: 100, names: 'fine_label_names.txt' },
} as const;

/** `train.bin`, `test.bin` and the names of the classes, in the folder or in its `cifar-100-binary`. */
export function cifar100(kind: keyof typeof KINDS): DatasetFormat {
  const { at, classes, names } = KINDS[kind];
  const labels = { bytes: LABEL_BYTES, at };
  return {
    async open(source) {
      const outer = await source.list();
      const isHere = outer.includes('train.bin');
      const there = isHere ? outer : await source.list(FOLDER);
      if (!there.includes('train.bin'))
        throw new DatasetInvalid(
          `cifar100 data set lacks train.bin [uri=${source.uri}], here or in ${FOLDER}; found ${shownNames(outer)}`,
        );
      const file = (name: string): string => (isHere ? name : `${FOLDER}/${name}`);
      const classNames = there.includes(names)
        ? await readNames(source, file(names))
        : Array.from({ length: classes }, (_, label) => String(label));
      const open = async (name: string): ReturnType<typeof counted> => counted(source, file(name), recordBytes(labels));
      const of = { classes: classNames.length, labels };
      return {
        shape: CIFAR_SHAPE,
        classNames,
        train: partOf(source, [await open('train.bin')], of),
        test: there.includes('test.bin') ? partOf(source, [await open('test.bin')], of) : null,
      };
    },
  };
}
