import { mean } from '../../analysis/statistics';
import { improvement, ranked } from '../../analysis/ranking';
import { count, formatNumber } from '../format';
import type { HParams } from '../../trial';
import { StageInconclusive } from '../stage';
import type { Confidence, Decision } from '../stage';
import { countByStatus, isRunning, namedFailures, ranWell, remedyFor } from '../trials';
import { compare, contenders } from './comparison';
import type { Comparison } from './comparison';
import { affordableSearch } from './budget';
import { configurationsOf, failedSeeds, failedShare, searchTrials } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import { comparisonTable, dimensionTable, edgeWarnings, pointTable, sweepPlots } from './evidence';
import { newPoint, searchSize } from './points';
import { adoption, changes, keeping } from './reason';

interface Verdict {
  readonly hparams: HParams;
  readonly because: string;
  readonly confidence: Confidence;
}

/** The answer of a sweep. @throws StageInconclusive if no trial ended well. */
export function decideSweep(context: SweepContext): Decision {
  const configurations = configurationsOf(context);
  const incumbent = configurations[0];
  const challengers = contenders(context);
  const best = challengers[0];
  if (incumbent === undefined || (incumbent.score === null && best === undefined)) throw inconclusive(context);
  const comparisons = challengers.flatMap((challenger) => compare(context, challenger, incumbent) ?? []);
  const verdict = verdictOf(context, incumbent, best, comparisons);
  const top = ranked(configurations.filter(({ score }) => score !== null), context.facts.objective).slice(0, context.options.replicateTop);
  return {
    stage: 'regularizationSweep', stageId: context.stageId, ...verdict,
    evidence: {
      trialIds: context.trials.map(({ spec }) => spec.trialId), plots: sweepPlots(context, configurations),
      tables: [pointTable(context, configurations), comparisonTable(comparisons), dimensionTable(context, configurations, top, verdict.hparams)],
      warnings: warningsOf(context, configurations, best, verdict.hparams),
    },
    alternatives: challengers.slice(0, context.options.replicateTop).filter(({ hparams }) => hparams !== verdict.hparams)
      .map((challenger) => ({ hparams: challenger.hparams, note: noteOf(context, challenger) })),
  };
}

function verdictOf(context: SweepContext, incumbent: Configuration, best: Configuration | undefined, comparisons: readonly Comparison[]): Verdict {
  const { metric } = context.facts.objective;
  if (best === undefined) {
    const others = searchTrials(context).length > 1 ? 'every other point of the space failed' : 'no other point was tried';
    return { hparams: context.incumbent, because: `the study stays as it stood: ${others}`, confidence: 'low' };
  }
  const winner = comparisons.find(({ isClear }) => isClear);
  if (winner !== undefined) return { hparams: winner.configuration.hparams, because: adoption(context, winner), confidence: confidenceOf(winner, true) };
  const closest = comparisons[0];
  if (closest !== undefined) return { hparams: context.incumbent, because: keeping(context, closest), confidence: confidenceOf(closest, false) };
  const score = formatNumber(best.score ?? Number.NaN);
  const failed = incumbent.trials[0]?.result?.outcome.status ?? 'not ended';
  return { hparams: best.hparams, because: `${changes(context, best.hparams)}: ${metric} ${score}, while the study as it stood was ${failed}`, confidence: 'low' };
}

/**
 * high: at least 3 seeds, and for a change each of them better, with a probability of 0.95, for none the best other point not even
 * better on average; medium: at least 2 seeds; low: one seed. A failed seed of either takes one step off.
 */
function confidenceOf({ configuration, incumbent, differences, difference, probability }: Comparison, adopted: boolean): Confidence {
  if (probability === null) return 'low';
  const unanimous = adopted ? differences.every((one) => one > 0) && probability >= 0.95 : difference <= 0;
  if (failedShare(configuration) + failedShare(incumbent) > 0) return differences.length >= 3 && unanimous ? 'medium' : 'low';
  return differences.length >= 3 && unanimous ? 'high' : 'medium';
}

function warningsOf(context: SweepContext, configurations: readonly Configuration[], best: Configuration | undefined, decided: HParams): readonly string[] {
  const { options, facts: { objective } } = context;
  const search = searchTrials(context);
  const warnings: string[] = [];
  const failed = search.filter((trial) => !isRunning(trial) && !ranWell(trial));
  if (failed.length > 0) warnings.push(`${count(failed.length, 'point')} of ${search.length} failed: ${countByStatus(failed)}`);
  warnings.push(...failedReplicates(context, configurations));
  if (isCutShort(context)) warnings.push(`the budget allowed ${count(search.length, 'point')} of ${searchSize(context)}`);
  if (decided !== context.incumbent) warnings.push(...edgeWarnings(context, decided));
  if (best !== undefined) warnings.push(...optimism(context, best));
  if (best !== undefined && best.scores.size < 2) {
    warnings.push(`the answer rests on one seed each: the best of many single scores is partly luck${options.replicates < 2 ? '; set replicates to 3' : ''}`);
  }
  if (objective.metric === 'valLoss' && 'labelSmoothing' in options.space) {
    warnings.push('label smoothing raises the validation loss even where it helps accuracy: for its sake set objective.metric to valAccuracy');
  }
  if (configurations[0]?.score === null) warnings.push('the study as it stood failed: everything is compared without it');
  return warnings;
}

/** Points of which some seeds failed, though the first did not. */
function failedReplicates({ facts: { objective } }: SweepContext, configurations: readonly Configuration[]): readonly string[] {
  return configurations.filter((configuration) => configuration.score !== null && failedShare(configuration) > 0).map((configuration) => {
    const name = configuration.isIncumbent ? 'the study as it stood' : `point ${configuration.index}`;
    return `${name} failed with ${failedSeeds(configuration)}: ${namedFailures(configuration.trials, objective)}`;
  });
}

/** Whether the search would have gone on with a larger budget. */
function isCutShort(context: SweepContext): boolean {
  const { options: { trials } } = context;
  return searchTrials(context).length < trials && affordableSearch(context) < trials && newPoint(context) !== undefined;
}

/** How much the first score flattered the best point. */
function optimism({ facts: { objective } }: SweepContext, { score, scores }: Configuration): readonly string[] {
  const further = [...scores].flatMap(([replicate, value]) => (replicate === 0 || value === null ? [] : [value]));
  if (score === null || further.length === 0) return [];
  const flattery = improvement(score, mean(further), objective);
  return flattery <= 0 ? [] : [`the best point's first ${objective.metric} was better by ${formatNumber(flattery)} than its mean over ${count(further.length, 'further seed')}: a winner's single score flatters`];
}

function noteOf({ facts: { objective } }: SweepContext, configuration: Configuration): string {
  const numbers = [...configuration.scores.values()].filter((score) => score !== null);
  const failed = failedShare(configuration) > 0 ? `; failed with ${failedSeeds(configuration)}` : '';
  return `mean ${objective.metric} ${formatNumber(mean(numbers))} over ${count(numbers.length, 'seed')}${failed}`;
}

function inconclusive({ stageId, trials }: SweepContext): StageInconclusive {
  const fix = remedyFor(trials, 'put a lrRangeTest before this stage, or narrow its space');
  return new StageInconclusive(`no trial of the sweep ended well [stage=${stageId}, trials=${countByStatus(trials)}]: ${fix}`);
}
