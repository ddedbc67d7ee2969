import { uniform } from '../../workflows/search/random';

/** A stream of numbers that a seed decides. */
export class RandomStream {
  private index = 0;

  constructor(private readonly seed: number) {}

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * uniform(this.seed, this.index++);
  }

  /** Undefined of an empty list. */
  oneOf<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.between(0, list.length))];
  }
}
