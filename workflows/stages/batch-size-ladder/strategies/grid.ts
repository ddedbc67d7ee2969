import { gainOf, meanScore, scaleOf } from '../../../analysis/scale';
import { stepsOf } from '../../../trials/length';
import type { Trial, TrialSpec } from '../../../words/trial';
import { PROBABILITY_HIGH, PROBABILITY_MEDIUM } from '../../confidence';
import { count, formatNumber, formatProbability } from '../../format';
import { stretched } from '../../schedules';
import { scoreOf } from '../../../analysis/score';
import { isRunning } from '../../trials';
import { byContest, contenderOf, EQUAL_GAIN } from '../comparison';
import type { Contest, Sample } from '../comparison';
import { batchSizeOf, ladderTrial, trialsOf } from '../phases';
import type { LadderContext, RacePhase } from '../phases';
import { racersMax, referenceEpochs } from '../race';
import { brokeDown, racedHparams, standingTrials } from '../rates';
import type { LadderView } from '../view';
import type { Strategy } from './strategy';

/**
 * The sizes that the study lists, each trained to equal epochs under the study's schedule, compared by the validation
 * objective. The learning rate follows the size; what else the best size depends on does not, so the grid is as fair as
 * that rule.
 *
 * Source: google-research/tuning_playbook, "Choosing the batch size": hyperparameters are to be tuned at each size for
 * such a comparison.
 */
export const grid: Strategy = {
  sizes: ({ options, facts }) =>
    [...new Set(options.sizes ?? [])].filter((size) => size <= facts.trainExamples).sort((a, b) => a - b),
  endsAtKnee: false,
  next: (view) => nextOfGrid(view) ?? nextConfirmation(view),
  contest: contestOf,
  trainings: (context, sizes) => ({ trials: racersMax(context, sizes), epochs: referenceEpochs(context) }),
  preference(view) {
    const sizes = byContest(view);
    return sizes.length === 0 && view.reference !== undefined ? [view.reference] : sizes;
  },
  reason,
  grounds(view, batchSize) {
    const { contender, fresh, staying } = view.comparison;
    const isMove = batchSize !== view.reference;
    const probability = isMove ? (contender === batchSize ? (fresh?.probability ?? 0) : 0) : staying;
    return {
      guess: { [`the seeds do not show that ${claim(view, isMove)}`]: probability < PROBABILITY_MEDIUM },
      doubt: {
        [`that ${claim(view, isMove)} has a probability below ${PROBABILITY_HIGH}`]:
          probability >= PROBABILITY_MEDIUM && probability < PROBABILITY_HIGH,
      },
    };
  },
};

const claim = ({ facts: { objective } }: LadderView, isMove: boolean): string =>
  isMove
    ? 'it scores better'
    : `no other size scores better by more than ${scaleOf(objective) === 'log' ? 'a factor of 1.25' : '0.01'}`;

function contestOf(view: LadderView): Contest {
  const race = samplesOf(view, standingTrials(view, 'race'));
  const failed = new Set(race.filter(({ runs }) => !runs.every(({ isWhole }) => isWhole)).map((one) => one.batchSize));
  return {
    race: race.filter(({ batchSize }) => !failed.has(batchSize)),
    // What broke down there is a doubt of its own.
    fresh: samplesOf(view, standingTrials(view, 'confirmation')).map(({ batchSize, runs }) => ({
      batchSize,
      runs: runs.filter(({ isWhole }) => isWhole),
    })),
    isEligible: (batchSize) => !failed.has(batchSize),
    clear: 0,
    equal: EQUAL_GAIN[scaleOf(view.facts.objective)],
  };
}

function samplesOf({ facts: { objective } }: LadderView, trials: readonly Trial[]): readonly Sample[] {
  const ended = trials.filter((trial) => !isRunning(trial));
  return [...new Set(ended.map(batchSizeOf))].map((batchSize) => ({
    batchSize,
    runs: ended
      .filter((trial) => batchSizeOf(trial) === batchSize)
      .map((trial) => {
        const score = scoreOf(trial, objective);
        const gain = score === null ? -Infinity : gainOf(score, objective);
        return { seed: trial.spec.seed, isWhole: score !== null, gain };
      }),
  }));
}

/** Seed by seed, so that every size has been tried once before any is tried again. */
function nextOfGrid(view: LadderView): TrialSpec | 'wait' | undefined {
  const begun = standingTrials(view, 'race');
  for (let replicate = 0; replicate < view.options.replicates; replicate++) {
    for (const batchSize of view.passed) {
      const own = begun.filter((trial) => batchSizeOf(trial) === batchSize);
      if (own.length <= replicate && !own.some(brokeDown)) return training(view, 'race', batchSize, replicate);
    }
  }
  return begun.some(isRunning) ? 'wait' : undefined;
}

function nextConfirmation(view: LadderView): TrialSpec | 'wait' | undefined {
  const begun = trialsOf(view, 'confirmation');
  const contender = contenderOf(view);
  if (contender === undefined || view.reference === undefined) return undefined;
  const replicate = Math.floor(begun.length / 2);
  if (replicate >= view.options.confirmations) return begun.some(isRunning) ? 'wait' : undefined;
  return training(view, 'confirmation', [contender, view.reference][begun.length % 2]!, replicate);
}

function training(context: LadderContext, phase: RacePhase, batchSize: number, replicate: number): TrialSpec {
  const { training: study, trainExamples } = context.facts;
  const epochs = referenceEpochs(context);
  return ladderTrial(context, phase, batchSize, replicate, {
    hparams: racedHparams(context, batchSize),
    schedule: stretched(study, epochs, stepsOf({ epochs }, trainExamples, batchSize)),
    limit: { epochs },
    stop: { dead: true },
    evaluate: { validation: 'epoch', test: false },
  });
}

function reason(view: LadderView, batchSize: number): string {
  const { objective } = view.facts;
  const { contender, fresh, bound, detectable } = view.comparison;
  const scoreText = (size: number | undefined): string => {
    const scores = standingTrials(view, 'race')
      .filter((trial) => batchSizeOf(trial) === size)
      .flatMap((trial) => scoreOf(trial, objective) ?? []);
    return scores.length === 0 ? 'none' : formatNumber(meanScore(scores, objective));
  };
  const differenceText = (gain: number): string =>
    scaleOf(objective) === 'log' ? `a factor of ${formatNumber(Math.exp(gain))}` : formatNumber(gain);
  const own = `${objective.metric} ${scoreText(batchSize)} after ${count(referenceEpochs(view), 'epoch')}`;
  const shows =
    detectable === null
      ? '; so few seeds can show no difference'
      : detectable <= 0
        ? ''
        : `; these seeds can show ${differenceText(detectable)}`;
  if (batchSize !== view.reference) {
    const judged =
      fresh === null || contender !== batchSize
        ? 'no fresh seeds were asked whether that is luck'
        : `over ${count(fresh.pairs, 'fresh seed')} it is ${fresh.difference > 0 ? 'better' : 'worse'} by ${differenceText(Math.abs(fresh.difference))} (${formatProbability(fresh.probability)})`;
    return `${batchSize} of the grid has ${own}, against ${scoreText(view.reference)} at ${view.reference}; ${judged}${shows}`;
  }
  const most =
    bound === null
      ? 'is shown to be better'
      : bound <= 0
        ? 'is as good (95 %)'
        : `is better by more than ${differenceText(bound)} (95 %)`;
  return `${batchSize} stays with ${own}, and no other size of the grid ${most}${shows}`;
}
