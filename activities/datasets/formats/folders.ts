/**
 * Image files in folders, a folder a class: `cat/1.jpg`, or `train/cat/1.jpg` beside `val/` and `test/`.
 *
 * @module
 */
import { DatasetInvalid } from '../errors';
import { shownNames } from '../source/source';
import type { Source } from '../source/source';
import type { DatasetFormat } from './format';
import { isDebris, isImageName } from '../images/image-kinds';
import { openImageSet } from '../images/image-set';
import type { ImageFiles, ImageSet } from '../images/image-set';
import { classNamesOf, withLabels } from '../images/labelled-files';
import type { LabelledFile } from '../images/labelled-files';
import { partNamed, PART_NAMES } from './part-names';
import type { PartName } from './part-names';

/**
 * Images are those files that have an image's name, in the order of their names; a class's folder may have folders in
 * it, whose images are of the class. Classes are those of the training part, sorted by name.
 */
export const folders: DatasetFormat = {
  takes: ['image'],
  async open(source, options = {}) {
    const names = (await source.walk()).filter((name) => !isDebris(name));
    return openImageSet(source, imagesIn(source, names), options);
  },
};

function imagesIn(source: Source, names: readonly string[]): ImageSet {
  const images = names.filter(isImageName);
  if (images.length === 0)
    throw new DatasetInvalid(
      `folders data set has no images [uri=${source.uri}]: looked for class/image.jpg (.png, .webp, .tif, .gif); found ${shownNames(names)}`,
    );
  const parts = partsOf(source, images);
  const train = parts.get('train') ?? [];
  const classNames = classNamesOf(source, train, 'name the folder that holds a folder for each class');
  const labelled = (part: PartName): ImageFiles | null => {
    const files = parts.get(part);
    return files === undefined ? null : withLabels(source, files, classNames);
  };
  return {
    classNames,
    hasTargets: false,
    train: withLabels(source, train, classNames),
    validation: labelled('validation'),
    test: labelled('test'),
  };
}

/** A folder called train makes parts of it and of its neighbours. */
function partsOf(source: Source, images: readonly string[]): ReadonlyMap<PartName, readonly LabelledFile[]> {
  const split = images.map((file) => file.split('/'));
  const outer = [...new Set(split.filter(({ length }) => length > 1).map(([first]) => first!))];
  const isInParts = split.some(([first, ...rest]) => partNamed(first!) === 'train' && rest.length > 1);
  const strange = isInParts ? outer.filter((name) => partNamed(name) === undefined) : [];
  if (strange.length > 0)
    throw new DatasetInvalid(
      `beside train only folders called ${PART_NAMES} may lie [uri=${source.uri}], got ${shownNames(strange)}; rename or move them`,
    );
  if (!isInParts && outer.every((name) => partNamed(name) !== undefined))
    throw new DatasetInvalid(
      `folders data set lacks train/class/image [uri=${source.uri}]; found the folders ${shownNames(outer)}`,
    );
  const depth = isInParts ? 1 : 0;
  const parts = new Map<PartName, LabelledFile[]>();
  split.forEach((path, i) => {
    if (path.length < depth + 2)
      throw new DatasetInvalid(
        `${images[i]!} lies in no class's folder [uri=${source.uri}]; move it into one, or list all files in a table (format: table)`,
      );
    const part = isInParts ? partNamed(path[0]!)! : 'train';
    const files = parts.get(part) ?? [];
    files.push({ file: images[i]!, className: path[depth]!.normalize('NFC') });
    parts.set(part, files);
  });
  return parts;
}
