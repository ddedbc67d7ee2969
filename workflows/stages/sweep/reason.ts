import { count, formatNumber } from '../format';
import { hparamsIn } from '../../search/space';
import type { HParams } from '../../words/trial';
import type { Comparison } from './comparison';
import { failedSeeds, failedShare } from './configurations';
import type { SweepContext } from './configurations';
import { brokenText, violationOf } from './constraints';
import type { SweepView } from './view';

/** Why a point is adopted. */
export function adoption(context: SweepContext, comparison: Comparison): string {
  const { configuration, incumbent, differences, probability, mean, incumbentMean } = comparison;
  const { metric } = context.facts.objective;
  const changed = changes(context, configuration.hparams);
  const scores = `${metric} ${formatNumber(mean)} against ${formatNumber(incumbentMean)}`;
  if (violationOf(configuration) < violationOf(incumbent)) {
    return `${changed}: the study as it stood has ${brokenText(incumbent)}, this ${brokenText(configuration) || 'keeps the constraints'}; ${scores} ${over(comparison)}`;
  }
  if (failedShare(configuration) !== failedShare(incumbent)) {
    return `${changed}: failed with ${failedSeeds(configuration)}, the study as it stood with ${failedSeeds(incumbent)}; ${probability === null ? '' : 'mean '}${scores} ${over(comparison)}`;
  }
  if (probability === null)
    return `${changed}: ${scores} of the study as it stood, ${over(comparison)}: the difference is untested with further seeds`;
  const better = differences.filter((difference) => difference > 0).length;
  return `${changed}: mean ${scores} of the study as it stood, better with ${better} of ${count(differences.length, 'seed')} (P = ${probability.toFixed(2)})`;
}

/** Why the study stays as it stood, though there are other points. */
export function keeping(view: SweepView, comparison: Comparison): string {
  const { configuration, incumbent, difference, error, mean, incumbentMean } = comparison;
  const best = `the study stays as it stood: the best of ${count(view.search.length - 1, 'other point')}`;
  if (violationOf(configuration) > violationOf(incumbent))
    return `${best} has ${brokenText(configuration)}, and the study as it stood ${brokenText(incumbent) || 'keeps the constraints'}`;
  if (failedShare(configuration) !== failedShare(incumbent)) {
    return `${best} failed with ${failedSeeds(configuration)}, the study as it stood with ${failedSeeds(incumbent)}`;
  }
  const metric = `${error === null ? '' : 'mean '}${view.facts.objective.metric}`;
  const scores = `${best} has ${metric} ${formatNumber(mean)} against ${formatNumber(incumbentMean)} ${over(comparison)}`;
  return difference > 0 && error !== null
    ? `${scores}, better by ${formatNumber(difference)} with a standard error of ${formatNumber(error)}, which is not clearly better`
    : `${scores}, which is not better`;
}

/** The seeds behind both means: those that ended well for both. */
function over({ configuration, incumbent, differences }: Comparison): string {
  const failed = failedShare(configuration) + failedShare(incumbent) > 0;
  return `over ${count(differences.length, 'seed')}${failed ? ' that ended well for both' : ''}`;
}

/** The values that change, e.g. `weightDecay 3.1e-4 (was 0), dropoutRate 0.2 (was 0)`. */
export function changes({ incumbent, options: { space } }: SweepContext, hparams: HParams): string {
  const text = (value: unknown): string =>
    typeof value === 'number' ? formatNumber(value) : value === undefined ? 'unset' : String(value);
  const changed = hparamsIn(space).filter((name) => hparams[name] !== incumbent[name]);
  return changed.map((name) => `${name} ${text(hparams[name])} (was ${text(incumbent[name])})`).join(', ');
}
