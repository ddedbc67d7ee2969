/**
 * How a model's answers compare with what its images are: of a classification whose images lie in folders by class.
 *
 * @module
 */
import type { Confusion } from '../../workflows/words/outcome';
import type { Asked } from './predict-images';

export class Judgement {
  private readonly counts: number[][];
  private readonly index: ReadonlyMap<string, number>;

  constructor(private readonly classNames: readonly string[]) {
    this.index = new Map(classNames.map((name, i) => [name, i]));
    this.counts = classNames.map(() => classNames.map(() => 0));
  }

  add({ image, answer }: Asked): void {
    if (answer === undefined || !('label' in answer) || image.expected === undefined) return;
    const row = this.counts[this.index.get(image.expected) ?? -1];
    const column = this.index.get(answer.label) ?? -1;
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }

  /** `null` where no image had a known class. */
  result(): { readonly images: number; readonly accuracy: number; readonly confusion: Confusion } | null {
    const images = this.counts.flat().reduce((sum, count) => sum + count, 0);
    if (images === 0) return null;
    const right = this.counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    return { images, accuracy: right / images, confusion: { classNames: this.classNames, counts: this.counts } };
  }
}
