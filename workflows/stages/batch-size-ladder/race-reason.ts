/**
 * What the race says of its answer, in words and as grounds for its confidence.
 *
 * @module
 */
import { numericHParam } from '../../trials/hparams';
import { PROBABILITY_HIGH, PROBABILITY_MEDIUM } from '../confidence';
import type { Grounds } from '../confidence';
import { count, formatNumber, formatProbability } from '../format';
import { CLEAR_GAIN, EQUAL_FACTOR } from './comparison';
import { COST_MAX } from './race';
import { areTimesUnsteady } from './step-cost';
import { finishers } from './times';
import type { Finisher } from './times';
import type { LadderView } from './view';

/** A factor this large bounds nothing, and is no difference that needs to be shown. */
const UNKNOWN_FACTOR = 10;
const factorText = (gain: number): string => formatNumber(Math.exp(gain));

/** Why this size, by what it and the others took to the target. */
export function raceReason(view: LadderView, batchSize: number): string {
  const { eligible } = finishers(view);
  const chosen = eligible.find((time) => time.batchSize === batchSize);
  if (chosen === undefined || view.target === null || view.times.length < 2) return unraced(view, batchSize);
  const reach = `reaches validation loss ${formatNumber(view.target)} after ${view.cost.text(chosen.cost)}`;
  const says = batchSize === view.reference ? stays(view, chosen, reach) : moves(view, chosen, reach);
  return `${says}${detectableText(view)}${leftText(view, chosen)}`;
}

function unraced({ incumbent, cost }: LadderView, batchSize: number): string {
  if (batchSize === numericHParam(incumbent, 'batchSize'))
    return `${batchSize} stays: no other batch size could be compared by time to a validation loss`;
  const knee =
    cost.fit === null ? 'no step time could be fitted' : `half of a step is overhead at ${formatNumber(cost.fit.knee)}`;
  return `${batchSize} is the nearest batch size to the knee: ${knee}`;
}

function moves(view: LadderView, { batchSize }: Finisher, reach: string): string {
  const { comparison, reference, cost } = view;
  const { fresh, contender, isAdopted } = comparison;
  const before = finishers(view).eligible.find((time) => time.batchSize === reference);
  const lead = `${batchSize} ${reach}, ${reference} ${before === undefined ? 'not with every seed' : `after ${cost.text(before.cost)}`}`;
  if (!isAdopted || contender !== batchSize) return lead;
  if (fresh === null) return `${lead}; no fresh seeds were asked whether that is luck`;
  const seeds = count(fresh.pairs, 'fresh seed');
  return fresh.difference > 0
    ? `${lead}; over ${seeds} it is sooner by a factor of ${factorText(fresh.difference)} (${formatProbability(fresh.probability)})`
    : `${lead}; over ${seeds} it is no sooner`;
}

function stays(view: LadderView, chosen: Finisher, reach: string): string {
  const { comparison, cost, times } = view;
  const { eligible, tooLong } = finishers(view);
  const { fresh, contender } = comparison;
  const lead = `${chosen.batchSize} stays: it ${reach}`;
  const others = tooLong.length > 0 ? `no other size in ${allowedEpochs(view)}` : 'no other size';
  const next = eligible.filter(({ batchSize }) => batchSize !== chosen.batchSize).sort((a, b) => a.cost - b.cost)[0];
  if (times.length - tooLong.length < 2) return `${lead}, and ${others} was raced`;
  if (next === undefined) return `${lead}, and ${others} did so with every seed in ${COST_MAX} times that`;
  const nearest = `${next.batchSize} after ${cost.text(next.cost)}`;
  const repeated =
    fresh === null || contender === undefined
      ? ''
      : `, where ${contender} seemed sooner at first, but over ${count(fresh.pairs, 'fresh seed')} was not by more than ${CLEAR_GAIN * 100} % (a factor of ${factorText(fresh.difference)})`;
  return `${lead}, and ${others} ${boundText(view)}; ${nearest})${repeated}`;
}

function boundText({ comparison: { bound, staying } }: LadderView): string {
  if (bound === null || bound > Math.log(UNKNOWN_FACTOR)) return 'is shown to be sooner (too few seeds to bound it';
  if (bound <= 0) return 'is as soon (95 %';
  const most = `by more than a factor of ${factorText(bound)} (95 %`;
  return staying >= PROBABILITY_MEDIUM ? `is sooner ${most}` : `is shown to be sooner, nor could be ${most}`;
}

const allowedEpochs = ({ options }: LadderView): string => `${options.epochsFactorMax} times its epochs`;

/** The smallest difference that the seeds can show: what is smaller may be there unseen. */
function detectableText({ comparison: { detectable } }: LadderView): string {
  if (detectable === null || detectable > Math.log(UNKNOWN_FACTOR)) return '; so few seeds can show no difference';
  return detectable <= 0 ? '' : `; these seeds can show a factor of ${factorText(detectable)}`;
}

/** The sizes that were sooner, but may not be chosen. */
function leftText(view: LadderView, chosen: Finisher): string {
  const passed = finishers(view).tooLong.filter(({ cost }) => cost < chosen.cost);
  if (passed.length === 0) return '';
  const each = passed.map(
    ({ batchSize, cost, epochs }) =>
      `${batchSize} after ${view.cost.text(cost)} and ${formatNumber(epochs / chosen.epochs)} times the epochs`,
  );
  return `; sooner, but in more epochs than ${view.options.epochsFactorMax} times those of ${view.reference}: ${each.join(', ')}`;
}

/** What there is against the race's answer. */
export function raceGrounds(view: LadderView, batchSize: number): Grounds {
  const { comparison, reference, times } = view;
  const { tooLong, eligible } = finishers(view);
  const isRaced = eligible.some((time) => time.batchSize === batchSize) && times.length - tooLong.length > 1;
  const isMove = batchSize !== reference;
  const probability = comparison.contender === batchSize ? (comparison.fresh?.probability ?? 0) : 0;
  const { staying } = comparison;
  const isEnough = (enough: number): boolean => (isMove ? probability : staying) >= enough;
  const claim = isMove ? 'it is sooner' : `no other size is sooner by more than a factor of ${EQUAL_FACTOR}`;
  return {
    guess: {
      'no other size could be raced': !isRaced,
      [`the seeds do not show that ${claim}`]: isRaced && !isEnough(PROBABILITY_MEDIUM),
    },
    doubt: {
      [`that ${claim} has a probability below ${PROBABILITY_HIGH}`]:
        isRaced && isEnough(PROBABILITY_MEDIUM) && !isEnough(PROBABILITY_HIGH),
      'the reference did not reach the target with every seed':
        isRaced && !eligible.some((time) => time.batchSize === reference),
      'the step times are unsteady': areTimesUnsteady(view),
    },
  };
}
