/**
 * What a sweep's seeds and its validation set can show at all.
 *
 * @module
 */
import { scaleOf } from '../../analysis/scale';
import { detectableDifference } from '../../analysis/superiority';
import { detectableByExamples, isSaturated, wrongAtMost } from '../../analysis/validation-error';
import { count, formatDifference, formatNumber } from '../format';
import { replicatesText, replicationOf } from '../replicates';
import type { Table } from '../stage';
import type { Comparisons } from './comparison';
import { foldsOf } from './folds';
import { meanOf } from './configurations';
import type { Configuration, SweepContext } from './configurations';

/** Smallest differences that would be shown in four of five studies, on the objective's scale. */
interface Resolution {
  /** By the fresh seeds; `null` where these are too few to know their spread. */
  readonly seeds: number | null;
  readonly freshSeeds: number;
  /** By the validation examples. */
  readonly examples: number;
}

function resolutionOf({ facts }: SweepContext, best: Configuration, { tested }: Comparisons): Resolution | null {
  const { objective, validationExamples } = facts;
  const score = meanOf(best, objective);
  if (score === null) return null;
  const most = tested.reduce<(typeof tested)[0] | undefined>((a, b) => (a && a.pairs >= b.pairs ? a : b), undefined);
  return {
    seeds: most === undefined ? null : detectableDifference(most),
    freshSeeds: (most?.pairs ?? 0) / foldsOf(facts),
    examples: detectableByExamples({ score, examples: validationExamples, objective }, tested.length),
  };
}

/** The same in words, for where nothing was shown; empty where seeds say nothing. */
export function resolutionText(context: SweepContext, best: Configuration, compared: Comparisons): string {
  const resolution = resolutionOf(context, best, compared);
  if (resolution === null || resolution.seeds === null) return '';
  const { objective, validationExamples } = context.facts;
  const text = (gain: number): string => formatDifference(gain, objective);
  const replication = replicationOf(context.options, context.facts.folds);
  const seeds = `; ${replicatesText(resolution.freshSeeds, 'fresh seed', replication)} can show ${text(resolution.seeds)} or more`;
  return replication.splits
    ? seeds
    : `${seeds}, ${count(validationExamples, 'validation example')} ${text(resolution.examples)}`;
}

/** The same in numbers. */
export function resolutionTable(
  context: SweepContext,
  best: Configuration | undefined,
  compared: Comparisons,
): readonly Table[] {
  const resolution = best && resolutionOf(context, best, compared);
  if (resolution === undefined || resolution === null) return [];
  const { objective, validationExamples } = context.facts;
  const shown = (gain: number): number | null => {
    const difference = scaleOf(objective) === 'log' ? Math.exp(gain) : gain;
    return Number.isFinite(difference) ? difference : null;
  };
  const { splits } = replicationOf(context.options, context.facts.folds);
  const byExamples = ['validation examples, at most', validationExamples, shown(resolution.examples)];
  return [
    {
      title: 'Smallest difference that can be shown',
      columns: ['by', 'number', scaleOf(objective) === 'log' ? 'factor' : 'difference'],
      rows: [
        [
          splits ? 'fresh seeds and splits' : 'fresh seeds',
          resolution.freshSeeds,
          resolution.seeds === null ? null : shown(resolution.seeds),
        ],
        // Splits validate on other examples each, so that their spread has the examples' part in it.
        ...(splits ? [] : [byExamples]),
      ],
    },
  ];
}

/** Where the best point leaves too few validation examples wrong to tell points apart. */
export function saturationWarnings({ facts }: SweepContext, best: Configuration | undefined): readonly string[] {
  const { objective } = facts;
  const examples = facts.validationExamples * foldsOf(facts);
  const score = best === undefined ? null : meanOf(best, objective);
  if (score === null || !isSaturated({ score, examples, objective })) return [];
  const wrong = Math.ceil(wrongAtMost({ score, examples, objective }));
  return [
    `the validation set is nearly saturated: at ${objective.metric} ${formatNumber(score)} at most ${wrong} of its ${count(examples, 'example')} ${wrong === 1 ? 'is' : 'are'} wrong, so that points differ by single examples; hold out more for validation`,
  ];
}
