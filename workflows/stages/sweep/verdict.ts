/**
 * What a sweep decides, why, and how sure that is.
 *
 * @module
 */
import { isBetter } from '../../analysis/score';
import { isSaturated } from '../../analysis/validation-error';
import { confidenceBy, PROBABILITY_HIGH, PROBABILITY_MEDIUM } from '../confidence';
import type { Grounds } from '../confidence';
import { formatNumber } from '../format';
import type { Decision } from '../stage';
import type { Comparison, Comparisons } from './comparison';
import { failedShare } from './configurations';
import type { Configuration } from './configurations';
import { violationOf, violationsAgree } from './constraints';
import { excludedGain } from './margin';
import { adoption, changes, keeping } from './reason';
import type { SweepView } from './view';

type Verdict = Pick<Decision, 'hparams' | 'because' | 'confidence' | 'doubts'>;

const NOTHING_TO_COMPARE: Grounds = { guess: { 'there is nothing to compare with': true }, doubt: {} };

/** @param best The point that did best; `undefined` where no other was trained to its end. */
export function verdictOf(
  view: SweepView,
  incumbent: Configuration,
  best: Configuration | undefined,
  compared: Comparisons,
): Verdict {
  if (best === undefined) {
    const others =
      view.search.length > 1
        ? 'every other point of the space failed or was not trained in full'
        : 'no other point was tried';
    return {
      hparams: view.incumbent,
      because: `the study stays as it stood: ${others}`,
      ...confidenceBy(NOTHING_TO_COMPARE),
    };
  }
  const winner = compared.comparisons.find(({ isClear }) => isClear);
  if (winner !== undefined)
    return {
      hparams: winner.configuration.hparams,
      because: adoption(view, winner, compared),
      ...confidenceBy(groundsOfAdopting(view, winner)),
    };
  const closest = compared.comparisons[0];
  if (closest !== undefined)
    return {
      hparams: view.incumbent,
      because: keeping(view, closest, compared),
      ...confidenceBy(groundsOfKeeping(view, closest, compared)),
    };
  const score = formatNumber(best.score ?? Number.NaN);
  const failed = incumbent.trainings[0]?.segments[0]?.result?.outcome.status ?? 'not ended';
  return {
    hparams: best.hparams,
    because: `${changes(view, best.hparams)}: ${view.facts.objective.metric} ${score}, while the study as it stood was ${failed}`,
    ...confidenceBy(NOTHING_TO_COMPARE),
  };
}

function groundsOfAdopting(view: SweepView, comparison: Comparison): Grounds {
  const { configuration, incumbent, superiority } = comparison;
  return violationOf(configuration) < violationOf(incumbent)
    ? groundsOfConstraints(configuration, incumbent)
    : groundsOfSeeds(view, comparison, {
        probability: superiority?.probability ?? null,
        open: 'fresh seeds do not show it to be better',
      });
}

/** For the study to stay there must be no other point that fresh seeds leave the room to be better by what matters. */
function groundsOfKeeping(view: SweepView, closest: Comparison, compared: Comparisons): Grounds {
  const { configuration, incumbent } = closest;
  return violationOf(configuration) > violationOf(incumbent)
    ? groundsOfConstraints(incumbent, configuration)
    : groundsOfSeeds(view, closest, {
        probability: excludedGain(view, compared)?.probability ?? null,
        open: 'another point may be better by more than the margin',
      });
}

function groundsOfSeeds(
  { facts: { objective, validationExamples: examples } }: SweepView,
  { configuration, incumbent, fresh, all }: Comparison,
  { probability, open }: { readonly probability: number | null; readonly open: string },
): Grounds {
  const [score] = [all.mean, all.incumbentMean].sort((a, b) => (isBetter(a, b, objective) ? -1 : 1));
  return {
    guess: {
      'no fresh seeds': fresh === null,
      'too few fresh seeds to know their spread': fresh !== null && probability === null,
      [open]: probability !== null && probability < PROBABILITY_MEDIUM,
    },
    doubt: {
      [`P is below ${PROBABILITY_HIGH}`]:
        probability !== null && probability >= PROBABILITY_MEDIUM && probability < PROBABILITY_HIGH,
      'a seed failed': failedShare(configuration) + failedShare(incumbent) > 0,
      'the validation set is saturated': isSaturated({ score: score!, examples, objective }),
    },
  };
}

/** Of what keeps the constraints and what breaks them, seeds need no more than agree. */
function groundsOfConstraints(keeps: Configuration, breaks: Configuration): Grounds {
  return {
    guess: {
      'one seed each': Math.min(keeps.scores.size, breaks.scores.size) < 2,
      'the seeds do not agree on the constraints': !violationsAgree(keeps, breaks),
    },
    doubt: { 'the constraints decide, not the score': true },
  };
}
