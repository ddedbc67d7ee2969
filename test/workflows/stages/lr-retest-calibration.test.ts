/**
 * What a re-test's confidence is worth, over studies whose truth is known: seeds spread by 0.3 in the logarithm of the
 * loss, around a response that is flat or a parabola in the logarithm of the rate.
 *
 * @module
 */
import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { lrRetest } from '../../../workflows/stages/lr-retest/stage';
import { completed, contextOf, drive, FACTS, optionsOf } from '../../support/stages';

const SPREAD = 0.3;
/** So many that seeds limit what can be told, and not the examples. */
const LARGE = { ...FACTS, validationExamples: 10_000 };

interface Answer {
  /** Doublings of the rate. */
  readonly moved: number;
  readonly confidence: string;
}

/** @param response Logarithm of the loss by the doublings of the rate. */
function answers(studies: number, response: (doublings: number) => number): readonly Answer[] {
  const doublings = (learningRate: unknown): number => Math.log2(Number(learningRate) / 1e-3);
  return Array.from({ length: studies }, (_, study) => {
    const context = drive(lrRetest, contextOf(optionsOf('lrRetest'), { seed: study + 1, facts: LARGE }), {
      network: ({ hparams: { learningRate }, seed }) => {
        const noise = normalQuantile(uniform(deriveSeed(seed, study, String(learningRate)), 0));
        return completed(0.02 * Math.exp(response(doublings(learningRate)) + SPREAD * noise));
      },
    });
    const { hparams, confidence } = lrRetest.decide(context);
    return { moved: Math.round(doublings(hparams['learningRate'])), confidence };
  });
}

const share = (all: readonly Answer[], of: (answer: Answer) => boolean): number => all.filter(of).length / all.length;

it('says high of a move on a flat response in at most 5 % of studies, and medium in at most 20 %', () => {
  const all = answers(2000, () => 0);
  expect(share(all, ({ moved, confidence }) => moved !== 0 && confidence === 'high')).toBeLessThanOrEqual(0.05);
  expect(share(all, ({ moved, confidence }) => moved !== 0 && confidence === 'medium')).toBeLessThanOrEqual(0.2);
});

it('finds a rate four times higher at which the loss is lower by 0.6, and says so as often as three seeds allow', () => {
  const all = answers(1000, (doublings) => 0.15 * (doublings - 2) ** 2);
  expect(share(all, ({ moved }) => Math.abs(moved - 2) <= 1)).toBeGreaterThan(0.9);
  expect(share(all, ({ confidence }) => confidence === 'high')).toBeGreaterThan(0.45);
  expect(share(all, ({ moved, confidence }) => confidence === 'high' && Math.abs(moved - 2) > 1)).toBeLessThan(0.01);
});

it('finds one eight times higher at which the loss is lower by 1.35, and is sure of it', () => {
  const all = answers(300, (doublings) => 0.15 * (doublings - 3) ** 2);
  expect(share(all, ({ moved }) => Math.abs(moved - 3) <= 1)).toBeGreaterThan(0.95);
  expect(share(all, ({ confidence }) => confidence === 'high')).toBeGreaterThan(0.95);
});

it('is hardly ever sure that the rate stays where a better one is twice as high', () => {
  const all = answers(500, (doublings) => 0.3 * (doublings - 1) ** 2);
  expect(share(all, ({ moved, confidence }) => moved === 0 && confidence === 'high')).toBeLessThanOrEqual(0.05);
});
