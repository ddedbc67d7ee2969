/**
 * What the trainings say of batches that grow, in words.
 *
 * @module
 */
import { gainOf, scaleOf } from '../../analysis/scale';
import { standardDeviation } from '../../analysis/statistics';
import { detectableDifference } from '../../analysis/superiority';
import { batchSizesOf } from '../../trials/batch-growth';
import { count, formatNumber, formatProbability } from '../format';
import type { Decision, Table } from '../stage';
import { costText } from '../trials';
import { EQUAL_GAIN } from './comparison';
import { comparedGrowth, growthName, growthOf, meanOf } from './growth';
import type { Way } from './growth';
import { memoryEnd } from './rungs';
import { referenceEpochs } from './race';
import { answeredHparams, standingTrials } from './rates';
import type { LadderView } from './view';

interface Claim {
  readonly claim: string;
  /** One less its error rate. */
  readonly probability: number;
  readonly restsOnTimes: boolean;
}

const differenceText = ({ facts: { objective } }: LadderView, gain: number): string =>
  scaleOf(objective) === 'log' ? `a factor of ${formatNumber(Math.exp(gain))}` : formatNumber(gain);
const equalText = (view: LadderView): string => differenceText(view, EQUAL_GAIN[scaleOf(view.facts.objective)]);

/** What speaks for the answer, and with which probability it holds. */
export function growthClaim(view: LadderView): Claim {
  const { found, isSooner, asGood, notBetter, worse, isAdopted } = comparedGrowth(view);
  const better = found?.probability ?? 0;
  if (isAdopted)
    return isSooner && asGood >= better
      ? {
          claim: `growth is sooner and scores no worse by more than ${equalText(view)}`,
          probability: asGood,
          restsOnTimes: true,
        }
      : { claim: 'growth scores better', probability: better, restsOnTimes: false };
  return isSooner
    ? { claim: 'growth scores worse', probability: worse, restsOnTimes: false }
    : {
        claim: `growth, no sooner, scores no better by more than ${equalText(view)}`,
        probability: notBetter,
        restsOnTimes: true,
      };
}

/** Why batches grow, or keep their size. */
export function growthReason(view: LadderView, batchSize: number): string {
  const { reference, options } = view;
  const growth = growthOf(view);
  if (batchSize !== reference)
    return `batches keep a size of ${batchSize}: growth was compared from another that did not hold`;
  if (growth === undefined) {
    const end = memoryEnd(view.rungs) === undefined ? `is allowed up to ${options.batchSizeMax}` : 'fits';
    return `batches keep their size of ${batchSize}: no larger one of ${growthName(view)} ${end} within a tenth of the training examples`;
  }
  const { fixed, grown, found, isAdopted } = comparedGrowth(view);
  const largest = batchSizesOf(batchSize, growth).at(-1);
  const lead = isAdopted
    ? `batches grow from ${batchSize} to ${largest} (${growthName(view)})`
    : `batches keep their size of ${batchSize}`;
  if (!grown.isWhole || found === null)
    return `${lead}: ${grown.isWhole ? 'too few seeds of both ways ended well' : `training that grows to ${largest} failed`}`;
  const { metric } = view.facts.objective;
  const epochs = `${referenceEpochs(view)} of ${count(view.facts.training.epochs, 'epoch')}`;
  const scores = `${metric} is ${scoreText(view, grown)} with growth and ${scoreText(view, fixed)} without after ${epochs}`;
  return `${lead}: ${scores}, over ${count(found.pairs, 'seed')} ${judgedText(view)}; ${timeText(view)}; these seeds can show ${differenceText(view, detectableDifference(found))}`;
}

function judgedText(view: LadderView): string {
  const { found, asGood } = comparedGrowth(view);
  if (found === null) return '';
  const way = found.difference > 0 ? 'better' : 'worse';
  return `${way} by ${differenceText(view, Math.abs(found.difference))} (${formatProbability(found.probability)} that it is better, ${formatProbability(asGood)} that it is no worse by more than ${equalText(view)})`;
}

function timeText(view: LadderView): string {
  const { fixed, grown, costShare } = comparedGrowth(view);
  if (costShare === null) return 'what they take is not known';
  return `it takes ${view.cost.text(grown.cost!)} against ${view.cost.text(fixed.cost!)}, ${formatNumber(costShare)} times as much`;
}

const scoreText = (view: LadderView, way: Way): string => {
  const mean = meanOf(view, way);
  return mean === null ? 'unknown' : formatNumber(mean);
};

/** The way that was not taken, of the same size. */
export function otherWay(view: LadderView, batchSize: number): Decision['alternatives'] {
  if (batchSize !== view.reference || standingTrials(view, 'growth').length === 0) return [];
  const { fixed, grown, isAdopted } = comparedGrowth(view);
  const [other, phase] = isAdopted ? [fixed, 'race' as const] : [grown, 'growth' as const];
  return [
    {
      hparams: { ...answeredHparams(view, batchSize), batchGrowth: isAdopted ? 'none' : growthName(view) },
      note: `${view.facts.objective.metric} ${scoreText(view, other)} ${isAdopted ? 'with the size fixed' : 'with growth'}; ${costText(view, standingTrials(view, phase))}`,
    },
  ];
}

/** Both ways side by side. */
export function growthTable(view: LadderView): Table {
  const { objective, reproducible } = view.facts;
  const { fixed, grown } = comparedGrowth(view);
  const row = (name: string, way: Way): Table['rows'][number] => [
    name,
    way.scores.length,
    meanOf(view, way),
    way.scores.length < 2 ? null : standardDeviation(way.scores.map(({ score }) => gainOf(score, objective))),
    way.cost,
  ];
  return {
    title: 'Batches that grow, and that keep their size',
    columns: [
      'batches',
      'seeds',
      `best ${objective.metric} in ${count(referenceEpochs(view), 'epoch')}`,
      `spread of seeds${scaleOf(objective) === 'log' ? ', logarithmic' : ''}`,
      `steps, ${reproducible ? 'nominal examples' : 'seconds'}`,
    ],
    rows: [row('fixed', fixed), row(growthName(view), grown)],
  };
}
