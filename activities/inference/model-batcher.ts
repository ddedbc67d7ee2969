import { batchImages } from './predict-images';
import type { Asker } from './predict-images';
import type { ExportedModel } from './exported-model';
import type { ModelOutputs } from './protocol';

/** Pixels of one image: whole numbers of a picture, or as a caller gave them. */
export type Pixels = Uint8Array | Float32Array;

/** More images wait than are worth waiting for. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

interface Waiting {
  readonly pixels: Pixels;
  resolve(outputs: ModelOutputs): void;
  reject(error: unknown): void;
}

/**
 * Asks a model about images of many callers at a time. While it answers a batch the next one gathers, so that nobody waits
 * for a batch to fill up.
 */
export class ModelBatcher {
  private readonly waiting: Waiting[] = [];
  private isBusy = false;

  /** @param waitingMax Images that may wait. */
  constructor(
    private readonly asker: Asker,
    private readonly model: ExportedModel,
    private readonly waitingMax: number,
  ) {}

  /** @returns Outputs of each image. @throws Overloaded before anything is asked; what the model's process throws. */
  async answer(images: readonly Pixels[]): Promise<readonly ModelOutputs[]> {
    if (this.waiting.length + images.length > this.waitingMax)
      throw new Overloaded(`${this.waiting.length} images wait already, and ${this.waitingMax} may`);
    const answers = images.map(
      (pixels) => new Promise<ModelOutputs>((resolve, reject) => this.waiting.push({ pixels, resolve, reject })),
    );
    void this.work();
    return Promise.all(answers);
  }

  private async work(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.waiting.length > 0) await this.answerBatch(this.waiting.splice(0, batchImages(this.model.shape)));
    this.isBusy = false;
  }

  private async answerBatch(batch: readonly Waiting[]): Promise<void> {
    const size = this.model.shape.reduce((product, side) => product * side, 1);
    const isWhole = batch.every(({ pixels }) => pixels instanceof Uint8Array);
    const pixels = new (isWhole ? Uint8Array : Float32Array)(batch.length * size);
    batch.forEach((one, i) => pixels.set(one.pixels, i * size));
    try {
      const outputs = Object.entries(await this.asker.answer({ images: batch.length, pixels }));
      batch.forEach(({ resolve }, i) =>
        resolve(Object.fromEntries(outputs.map(([name, values]) => [name, rowOf(values, i, batch.length)]))),
      );
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function rowOf(values: Float32Array, row: number, rows: number): Float32Array {
  const width = values.length / rows;
  return values.subarray(row * width, (row + 1) * width);
}
