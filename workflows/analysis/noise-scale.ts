import { deriveSeed, uniform } from '../search/random';
import { geometricMean, quantile } from './statistics';
import { power } from '../search/power';

/** Squared norms of gradients at two batch sizes, one of each per measured step, in the order of the steps. */
export interface GradientNorms {
  /**
   * `squaredNorms` are means over all the small batches that a large one consists of: one of them alone is far noisier.
   */
  readonly small: { readonly batchSize: number; readonly squaredNorms: readonly number[] };
  readonly large: { readonly batchSize: number; readonly squaredNorms: readonly number[] };
}

/** Sums from which the noise scale follows, so far. `initialNoiseSums` and `addedNorms` make them step by step. */
export interface NoiseSums {
  /** Moving averages without the correction of their start, which cancels in the ratio. */
  readonly signal: number;
  readonly noise: number;
  /** Weight of all pairs so far, in [0, 1). */
  readonly weight: number;
}

export interface NoiseScale {
  /** Estimate of the squared norm of the true gradient, |G|^2. */
  readonly signal: number;
  /** Estimate of the sum of the variances of one example's gradient, tr(Sigma). */
  readonly noise: number;
  /**
   * tr(Sigma) / |G|^2, in examples: B_simple. Infinity where no signal stands out of the noise, 0 where there is no
   * noise.
   */
  readonly batchSize: number;
  /** 95 % interval of it, by bootstrap over blocks of steps; its upper end may be Infinity. */
  readonly interval: readonly [number, number];
  /** Measured steps behind it. */
  readonly pairs: number;
}

/** Fewer pairs have no interval worth the name. */
const NOISE_PAIRS_MIN = 10;

/** Weight of the past in the moving averages. Source: EleutherAI/gpt-neox averages over 100 steps likewise. */
const SMOOTHING = 0.99;

/** Gradients of neighbouring steps are alike: resampled are blocks of them, not single ones. */
const BLOCKS_MAX = 20;
const BLOCK_PAIRS_MIN = 2;
const BOOTSTRAP_DRAWS = 500;
const INTERVAL = [0.025, 0.975] as const;

export const initialNoiseSums: NoiseSums = { signal: 0, noise: 0, weight: 0 };

/** The sums with one more pair of squared norms. @param smoothing Weight of the past, in [0, 1). */
export function addedNorms(
  sums: NoiseSums,
  pair: readonly [small: number, large: number],
  sizes: readonly [small: number, large: number],
  smoothing = SMOOTHING,
): NoiseSums {
  const { signal, noise } = unbiased(pair, sizes);
  const [past, now] = [smoothing, 1 - smoothing];
  return {
    signal: past * sums.signal + now * signal,
    noise: past * sums.noise + now * noise,
    weight: past * sums.weight + now,
  };
}

/**
 * B_simple of the sums: noise over signal, each averaged by itself, since a mean of ratios is biased. Infinity without
 * a signal above 0.
 */
export function noiseScaleOf({ signal, noise }: Pick<NoiseSums, 'signal' | 'noise'>): number {
  if (!(signal > 0)) return Infinity;
  return Math.max(0, noise) / signal;
}

/**
 * The simple gradient noise scale with its interval.
 *
 * It grows as the loss falls, often tenfold over a training, so recent steps count most.
 *
 * Source: S. McCandlish, J. Kaplan, D. Amodei, "An Empirical Model of Large-Batch Training", 2018 (arXiv:1812.06162),
 * appendix A.1.
 *
 * @param seed Of the bootstrap.
 * @returns `null` for fewer than 10 pairs of finite norms.
 * @throws RangeError unless the large batch is larger than the small one.
 */
export function fitNoiseScale({ small, large }: GradientNorms, seed: number, smoothing = SMOOTHING): NoiseScale | null {
  const sizes = [small.batchSize, large.batchSize] as const;
  if (!(sizes[1] > sizes[0] && sizes[0] >= 1))
    throw new RangeError(
      `large.batchSize must be above small.batchSize, got large.batchSize=${sizes[1]}, small.batchSize=${sizes[0]}`,
    );
  const pairs = small.squaredNorms.flatMap((norm, i) => {
    const other = large.squaredNorms[i];
    return other !== undefined && Number.isFinite(norm) && Number.isFinite(other)
      ? [unbiased([norm, other], sizes)]
      : [];
  });
  if (pairs.length < NOISE_PAIRS_MIN) return null;
  const weights = pairs.map((_, i) => power(smoothing, pairs.length - 1 - i));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const weighted = pairs.map(({ signal, noise }, i) => ({
    signal: (signal * weights[i]!) / total,
    noise: (noise * weights[i]!) / total,
  }));
  const whole = sumOf(weighted);
  return {
    ...whole,
    batchSize: noiseScaleOf(whole),
    interval: bootstrapInterval(blocksOf(weighted), deriveSeed(seed, 'noise scale')),
    pairs: pairs.length,
  };
}

/**
 * Batch size that reaches a loss soonest where a step takes a + cB seconds and the number of steps is S_min (1 + B_crit
 * / B).
 *
 * @param knee a / c, as of `fitStepTime`.
 * @param criticalBatchSize B_crit, for which the simple noise scale stands within a small factor.
 */
export function fastestBatchSize(knee: number, criticalBatchSize: number): number {
  return geometricMean([knee, criticalBatchSize]);
}

/** Estimates of |G|^2 and tr(Sigma) without bias from one step; either may be below 0. */
function unbiased(
  [small, large]: readonly [number, number],
  [sizeSmall, sizeLarge]: readonly [number, number],
): { readonly signal: number; readonly noise: number } {
  return {
    signal: (sizeLarge * large - sizeSmall * small) / (sizeLarge - sizeSmall),
    noise: (small - large) / (1 / sizeSmall - 1 / sizeLarge),
  };
}

type Sum = Pick<NoiseScale, 'signal' | 'noise'>;

function sumOf(parts: readonly Sum[]): Sum {
  return parts.reduce((sum, part) => ({ signal: sum.signal + part.signal, noise: sum.noise + part.noise }), {
    signal: 0,
    noise: 0,
  });
}

/** Sums over runs of neighbouring steps, as many as there may be. */
function blocksOf(pairs: readonly Sum[]): readonly Sum[] {
  const count = Math.min(BLOCKS_MAX, Math.floor(pairs.length / BLOCK_PAIRS_MIN));
  return Array.from({ length: count }, (_, i) =>
    sumOf(pairs.slice(Math.floor((i * pairs.length) / count), Math.floor(((i + 1) * pairs.length) / count))),
  );
}

function bootstrapInterval(blocks: readonly Sum[], seed: number): readonly [number, number] {
  const scales = Array.from({ length: BOOTSTRAP_DRAWS }, (_, draw) => {
    const drawn = blocks.map(
      (_block, i) => blocks[Math.floor(uniform(seed, draw * blocks.length + i) * blocks.length)]!,
    );
    return noiseScaleOf(sumOf(drawn));
  });
  // Between a number and Infinity no interpolation is possible.
  const finite = scales.map((scale) => Math.min(scale, Number.MAX_VALUE));
  const [low, high] = INTERVAL.map((fraction) => quantile(finite, fraction)).map((end) =>
    end > Number.MAX_VALUE / BOOTSTRAP_DRAWS ? Infinity : end,
  );
  return [low!, high!];
}
