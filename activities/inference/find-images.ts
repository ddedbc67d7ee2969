/**
 * The pictures that somebody asks about: files by name, folders with all below them, and bytes from elsewhere.
 *
 * @module
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

export interface ImageToAsk {
  /** As the user knows it. */
  readonly file: string;
  /** Path, or the bytes themselves. */
  readonly picture: string | Buffer;
  /** What it is, where the folder that it lies in is named after a class. */
  readonly expected?: string;
}

/** A file that nothing can be said of. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

export interface FoundImages {
  readonly images: readonly ImageToAsk[];
  readonly skipped: readonly SkippedFile[];
}

const PICTURE = /\.(png|jpe?g|jfif|webp|tiff?|gif)$/i;

/**
 * Files as they are named, whatever their names end in; of folders, in order, those that end as pictures do. Hidden files
 * and folders, which programs leave behind, are passed over.
 *
 * @param classNames Of the model: an image is labelled by the nearest folder around it, within the one that was named,
 *   that is called as one of them.
 */
export async function findImages(places: readonly string[], classNames: readonly string[]): Promise<FoundImages> {
  const known = new Set(classNames);
  const images: ImageToAsk[] = [];
  const skipped: SkippedFile[] = [];
  for (const place of places) {
    const found = await stat(place).catch(reasonOf);
    if (typeof found === 'string') skipped.push({ file: place, reason: found });
    else if (!found.isDirectory()) images.push({ file: place, picture: place });
    else
      for (const file of await filesBelow(place)) {
        if (PICTURE.test(file)) images.push({ file, picture: file, ...labelOf(path.relative(place, file), known) });
        else skipped.push({ file, reason: 'is no PNG, JPEG, WebP, TIFF or GIF by its name' });
      }
  }
  return { images, skipped };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    // A link to a folder may lead round in a circle.
    if (entry.isDirectory()) for (const inner of await filesBelow(file)) files.push(inner);
    else files.push(file);
  }
  return files;
}

function labelOf(file: string, classNames: ReadonlySet<string>): { readonly expected?: string } {
  const expected = path
    .dirname(file)
    .split(path.sep)
    .reverse()
    .find((folder) => classNames.has(folder));
  return expected === undefined ? {} : { expected };
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EACCES' ? 'may not be read' : message;
}
