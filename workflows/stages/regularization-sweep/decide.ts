import { mean } from '../../analysis/statistics';
import { improvement, ranked } from '../../analysis/ranking';
import { count, formatNumber } from '../format';
import type { HParams } from '../../trial';
import { StageInconclusive } from '../stage';
import type { Confidence, Decision } from '../stage';
import { countByStatus } from '../trials';
import { compare, contenders } from './comparison';
import type { Comparison } from './comparison';
import { configurationsOf, searchTrials } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import { comparisonTable, dimensionTable, edgeWarnings, pointTable, sweepPlots } from './evidence';

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
      warnings: warningsOf(context, incumbent, best),
    },
    alternatives: challengers.slice(0, context.options.replicateTop).filter(({ hparams }) => hparams !== verdict.hparams)
      .map((challenger) => ({ hparams: challenger.hparams, note: noteOf(context, challenger) })),
  };
}

function verdictOf(context: SweepContext, incumbent: Configuration, best: Configuration | undefined, comparisons: readonly Comparison[]): Verdict {
  const { metric } = context.facts.objective;
  if (best === undefined) return { hparams: context.incumbent, because: 'the study stays as it stood: every other point of the space failed', confidence: 'low' };
  const winner = comparisons.find(({ isClear }) => isClear);
  if (winner !== undefined) return { hparams: winner.configuration.hparams, because: adoption(context, winner), confidence: confidenceOf(winner, true) };
  const closest = comparisons[0];
  if (closest !== undefined) return { hparams: context.incumbent, because: keeping(context, closest), confidence: confidenceOf(closest, false) };
  const score = formatNumber(best.score ?? Number.NaN);
  const failed = incumbent.trials[0]?.result?.outcome.status ?? 'not ended';
  return { hparams: best.hparams, because: `${changes(context, best.hparams)}: ${metric} ${score}, while the study as it stood was ${failed}`, confidence: 'low' };
}

function adoption(context: SweepContext, { configuration, differences, probability, ...means }: Comparison): string {
  const { metric } = context.facts.objective;
  const better = differences.filter((difference) => difference > 0).length;
  return `${changes(context, configuration.hparams)}: mean ${metric} ${formatNumber(means.mean)} against ${formatNumber(means.incumbentMean)} of the study as it stood, `
    + `better with ${better} of ${count(differences.length, 'seed')} (P = ${probability.toFixed(2)})`;
}

function keeping(context: SweepContext, { difference, error, differences, ...means }: Comparison): string {
  const others = searchTrials(context).length - 1;
  const best = `the best of ${count(others, 'other point')} has mean ${context.facts.objective.metric} ${formatNumber(means.mean)} against ${formatNumber(means.incumbentMean)} over ${count(differences.length, 'seed')}`;
  return difference > 0
    ? `the study stays as it stood: ${best}, better by ${formatNumber(difference)} with a standard error of ${formatNumber(error)}, which is not clearly better`
    : `the study stays as it stood: ${best}, which is not better`;
}

/** The values that change, e.g. `weightDecay 3.1e-4 (was 0), dropoutRate 0.2 (was 0)`. */
function changes({ incumbent, options: { space } }: SweepContext, hparams: HParams): string {
  const text = (value: unknown): string => (typeof value === 'number' ? formatNumber(value) : value === undefined ? 'unset' : String(value));
  const changed = Object.keys(space).filter((name) => hparams[name] !== incumbent[name]);
  return changed.map((name) => `${name} ${text(hparams[name])} (was ${text(incumbent[name])})`).join(', ');
}

/**
 * high: at least 3 seeds, and for a change each of them better, with a probability of 0.95, for none the best other point not even
 * better on average; medium: at least 2 seeds; low: one seed.
 */
function confidenceOf({ differences, difference, probability }: Comparison, adopted: boolean): Confidence {
  if (differences.length < 2) return 'low';
  const unanimous = adopted ? differences.every((one) => one > 0) && probability >= 0.95 : difference <= 0;
  return differences.length >= 3 && unanimous ? 'high' : 'medium';
}

function warningsOf(context: SweepContext, incumbent: Configuration, best: Configuration | undefined): readonly string[] {
  const { options, facts: { objective } } = context;
  const search = searchTrials(context);
  const warnings: string[] = [];
  const failed = search.filter(({ result }) => result !== undefined && !['completed', 'earlyStopped', 'pruned'].includes(result.outcome.status));
  if (failed.length > 0) warnings.push(`${count(failed.length, 'point')} of ${search.length} failed: ${countByStatus(failed)}`);
  if (context.remaining.trials <= 0 || context.remaining.deviceSeconds <= 0) warnings.push(`the budget allowed ${count(search.length, 'point')} of ${options.trials}`);
  if (best !== undefined) warnings.push(...edgeWarnings(context, best), ...optimism(context, best));
  if (best !== undefined && best.scores.size < 2) warnings.push('nothing was trained again with another seed: the best of many single scores is partly luck');
  if (objective.metric === 'valLoss' && 'labelSmoothing' in options.space) {
    warnings.push('label smoothing raises the validation loss even where it helps accuracy: for its sake set objective.metric to valAccuracy');
  }
  if (incumbent.score === null) warnings.push('the study as it stood failed: everything is compared without it');
  return warnings;
}

/** How much the first score flattered the best point. */
function optimism({ facts: { objective } }: SweepContext, { score, scores }: Configuration): readonly string[] {
  const further = [...scores].flatMap(([replicate, value]) => (replicate === 0 || value === null ? [] : [value]));
  if (score === null || further.length === 0) return [];
  const flattery = improvement(score, mean(further), objective);
  return flattery <= 0 ? [] : [`the best point's first ${objective.metric} was better by ${formatNumber(flattery)} than its mean over ${count(further.length, 'further seed')}: a winner's single score flatters`];
}

function noteOf({ facts: { objective } }: SweepContext, { scores }: Configuration): string {
  const numbers = [...scores.values()].filter((score) => score !== null);
  return `mean ${objective.metric} ${formatNumber(mean(numbers))} over ${count(numbers.length, 'seed')}`;
}

function inconclusive({ stageId, trials }: SweepContext): StageInconclusive {
  return new StageInconclusive(`no trial of the sweep ended well [stage=${stageId}, trials=${countByStatus(trials)}]: put a lrRangeTest before this stage, or narrow its space`);
}
