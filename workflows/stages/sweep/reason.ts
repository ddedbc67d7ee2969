import { lowerBound, upperBound } from '../../analysis/superiority';
import { PROBABILITY_HIGH, PROBABILITY_MEDIUM } from '../confidence';
import { count, formatDifference, formatInterval, formatNumber, formatProbability } from '../format';
import { replicatesText, replicationOf } from '../replicates';
import { hparamsIn } from '../../search/space';
import type { HParams } from '../../words/trial';
import type { Comparison, Comparisons } from './comparison';
import { failedSeeds, failedShare } from './configurations';
import type { SweepContext } from './configurations';
import { brokenText, violationOf } from './constraints';
import { excludedGain } from './margin';
import { resolutionText } from './resolution';
import type { SweepView } from './view';

/** Why a point is adopted. */
export function adoption(context: SweepContext, comparison: Comparison, compared: Comparisons): string {
  const { configuration, incumbent, all } = comparison;
  const changed = changes(context, configuration.hparams);
  if (violationOf(configuration) < violationOf(incumbent)) {
    return `${changed}: the study as it stood has ${brokenText(incumbent)}, this ${brokenText(configuration) || 'keeps the constraints'}; ${scores(context, comparison)}`;
  }
  if (failedShare(configuration) !== failedShare(incumbent)) {
    return `${changed}: failed with ${failedSeeds(configuration)}, the study as it stood with ${failedSeeds(incumbent)}; ${scores(context, comparison)}`;
  }
  const shown = `${changed}: ${scores(context, comparison)}${untested(comparison)}`;
  const { superiority } = comparison;
  return superiority === null || superiority.probability >= PROBABILITY_MEDIUM
    ? shown
    : `${shown}; it is adopted for its mean over all ${count(all.seeds, 'seed')}, ${formatNumber(all.mean)} against ${formatNumber(all.incumbentMean)}, which fresh seeds do not show to be better${resolutionText(context, configuration, compared)}`;
}

/** Why the study stays as it stood, though there are other points. */
export function keeping(view: SweepView, comparison: Comparison, compared: Comparisons): string {
  const { configuration, incumbent } = comparison;
  const best = `the study stays as it stood: the best of ${count(view.search.length - 1, 'other point')}`;
  if (violationOf(configuration) > violationOf(incumbent))
    return `${best} has ${brokenText(configuration)}, and the study as it stood ${brokenText(incumbent) || 'keeps the constraints'}`;
  if (failedShare(configuration) > failedShare(incumbent))
    return `${best} failed with ${failedSeeds(configuration)}, the study as it stood with ${failedSeeds(incumbent)}`;
  const excluded = excludedGain(view, compared);
  const { objective } = view.facts;
  const tested = `${best} has ${scores(view, comparison)}`;
  if (excluded === null) return `${tested}, which is not better`;
  const bound = formatDifference(excluded.bound, objective);
  return excluded.probability >= PROBABILITY_HIGH
    ? `${tested}; none of the ${count(compared.tested.length, 'point')} with further seeds is better by more than ${bound} (95 %)`
    : `${tested}, which is not shown to be better; a gain of up to ${bound} is not excluded (95 %)${resolutionText(view, configuration, compared)}`;
}

/** Both means over fresh seeds, and what their difference is; over the first seed where there is no other. */
function scores(
  { facts: { objective, folds }, options }: SweepContext,
  { configuration, incumbent, ...rest }: Comparison,
): string {
  const { fresh, superiority } = rest;
  const failed = failedShare(configuration) + failedShare(incumbent) > 0 ? ' that ended well for both' : '';
  const { seeds: number, mean, incumbentMean } = fresh ?? rest.all;
  const seeds = replicatesText(number, fresh === null ? 'seed' : 'fresh seed', replicationOf(options, folds));
  const means = `${objective.metric} ${formatNumber(mean)} over ${seeds}${failed} against ${formatNumber(incumbentMean)} of the study as it stood`;
  if (superiority === null) return means;
  const { difference, probability } = superiority;
  if (difference === 0) return `${means}, as good`;
  if (difference < 0) return `${means}, worse by ${formatDifference(-difference, objective)}`;
  const interval = formatInterval([lowerBound(superiority), upperBound(superiority)], objective);
  return `${means}, better by ${formatDifference(difference, objective)} (${interval}; ${formatProbability(probability)})`;
}

/** What is left to say where nothing was tested. */
function untested({ fresh, superiority }: Comparison): string {
  if (superiority !== null) return '';
  return fresh === null
    ? ': that seed has selected it, and the difference is untested with further seeds'
    : ': too few fresh seeds to know their spread, so that the difference is untested';
}

/** The values that change, e.g. `weightDecay 3.1e-4 (was 0), dropoutRate 0.2 (was 0)`. */
export function changes({ incumbent, options: { space } }: SweepContext, hparams: HParams): string {
  const text = (value: unknown): string =>
    typeof value === 'number' ? formatNumber(value) : value === undefined ? 'unset' : String(value);
  const changed = hparamsIn(space).filter((name) => hparams[name] !== incumbent[name]);
  return changed.map((name) => `${name} ${text(hparams[name])} (was ${text(incumbent[name])})`).join(', ');
}
