/**
 * Images read straight from packed files, by index.
 *
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { PackedFile } from '../../datasets/packed/packed';
import { localCopyDamaged } from '../failures';

/** The images of a part, wherever they lie. */
export interface ImageSource {
  /**
   * Copies images, each row-major uint8 [height, width, channels], one after another into `target`, which has their
   * size.
   *
   * @throws TrainingFailure of type TrainerCrashed that names the file if they cannot be read any more.
   */
  read(indices: Int32Array, target: Uint8Array): void;
}

/** Where a part's images lie; plain data, so that a thread can be told. */
export interface ImageLocation {
  readonly folder: string;
  /** Packed files of uint8 images, one after another. */
  readonly files: readonly Pick<PackedFile, 'file' | 'examples'>[];
  /** height * width * channels. */
  readonly imageBytes: number;
}

/**
 * Open at a time: far below the limits that systems set, and with files of 16 MiB enough for 4 GiB without opening one
 * twice.
 */
const HANDLES_MAX = 256;

export class ImageFiles implements ImageSource {
  /** By number of the file, least recently used first. */
  private readonly handles = new Map<number, number>();
  /** Index of each file's first example, and of the one after the last. */
  private readonly starts: readonly number[];

  constructor(private readonly location: ImageLocation) {
    const starts = [0];
    for (const { examples } of location.files) starts.push(starts.at(-1)! + examples);
    this.starts = starts;
  }

  /** Neighbours are read together, others by a call each: 2 to 3 microseconds for a small image in the page cache. */
  read(indices: Int32Array, target: Uint8Array): void {
    const { imageBytes } = this.location;
    for (let at = 0; at < indices.length;) {
      const first = indices[at]!;
      const file = this.fileOf(first);
      const end = this.starts[file + 1]!;
      let count = 1;
      while (first + count < end && indices[at + count] === first + count) count += 1;
      this.readRun(
        file,
        (first - this.starts[file]!) * imageBytes,
        target.subarray(at * imageBytes, (at + count) * imageBytes),
      );
      at += count;
    }
  }

  /** Closes the files; another `read` opens them again. */
  close(): void {
    this.handles.forEach((handle) => closeSync(handle));
    this.handles.clear();
  }

  /** The last file that starts at or before an example. */
  private fileOf(index: number): number {
    const { starts } = this;
    if (index < 0 || index >= starts.at(-1)!)
      throw new RangeError(`example must be in [0, ${starts.at(-1)}), got ${index}`);
    let [low, high] = [0, starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= index) low = middle;
      else high = middle;
    }
    return low;
  }

  private readRun(file: number, position: number, target: Uint8Array): void {
    if (this.handles.has(file) && this.fill(file, position, target)) return;
    // The handle may be of a file that was cut off and has been replaced since.
    this.forget(file);
    if (this.fill(file, position, target)) return;
    throw localCopyDamaged(
      `packed file ends too early [file=${this.location.files[file]!.file}, expected at least ${position + target.length} bytes]`,
    );
  }

  /** @returns Whether there were enough bytes. */
  private fill(file: number, position: number, target: Uint8Array): boolean {
    try {
      const handle = this.open(file);
      let filled = 0;
      for (let count = 1; count > 0 && filled < target.length; filled += count)
        count = readSync(handle, target, filled, target.length - filled, position + filled);
      return filled === target.length;
    } catch (cause) {
      throw localCopyDamaged(`packed file cannot be read [file=${this.location.files[file]!.file}]`, { cause });
    }
  }

  private open(file: number): number {
    const handle = this.handles.get(file) ?? openSync(join(this.location.folder, this.location.files[file]!.file), 'r');
    this.handles.delete(file);
    this.handles.set(file, handle);
    if (this.handles.size <= HANDLES_MAX) return handle;
    const [oldest] = this.handles.keys();
    this.forget(oldest!);
    return handle;
  }

  private forget(file: number): void {
    const handle = this.handles.get(file);
    this.handles.delete(file);
    if (handle !== undefined) closeSync(handle);
  }
}

/** A source that holds no file open between two reads. */
export function imagesAt(location: ImageLocation): ImageSource {
  return {
    read(indices, target) {
      const files = new ImageFiles(location);
      try {
        files.read(indices, target);
      } finally {
        files.close();
      }
    },
  };
}
