/**
 * How sure an answer is, by one rule for all stages: each names its grounds, and they decide.
 *
 * | confidence | means |
 * |---|---|
 * | low | a guess: another run of the stage may well answer otherwise |
 * | medium | nothing makes it a guess, but something is left in doubt |
 * | high | nothing is: several seeds, all of them in favour, nothing at an edge, nothing failed |
 *
 * @module
 */
import type { Confidence } from './stage';

/**
 * Seeds from which on their agreement is worth the word. Source: X. Bouthillier et al., MLSys 2021 (arXiv:2103.03098),
 * figure 6.
 */
export const SEEDS_HIGH = 3;

/** Probability of being better that leaves no doubt. */
export const PROBABILITY_HIGH = 0.95;

/** Probability of being better below which an answer is a guess. */
export const PROBABILITY_MEDIUM = 0.8;

/** What there is against an answer, in a few words each, and whether it is so. */
export interface Grounds {
  /** Any of these makes it a guess. */
  readonly guess: Readonly<Record<string, boolean>>;
  /** Any of these leaves a doubt. */
  readonly doubt: Readonly<Record<string, boolean>>;
}

/** The confidence, and what keeps it from being high. */
export function confidenceBy({ guess, doubt }: Grounds): {
  readonly confidence: Confidence;
  readonly doubts: readonly string[];
} {
  const [guesses, doubts] = [guess, doubt].map((reasons) => Object.keys(reasons).filter((reason) => reasons[reason]));
  return {
    confidence: guesses!.length > 0 ? 'low' : doubts!.length > 0 ? 'medium' : 'high',
    doubts: [...guesses!, ...doubts!],
  };
}
