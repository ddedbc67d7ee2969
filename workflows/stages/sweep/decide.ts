import { ranked } from '../../analysis/ranking';
import { gainOver, meanScore } from '../../analysis/scale';
import { count, formatDifference, formatNumber } from '../format';
import type { HParams } from '../../words/trial';
import { StageInconclusive } from '../stage';
import type { Decision } from '../stage';
import { costText, countByStatus, namedFailures, ranWell, remedyFor } from '../trials';
import { compare, contenders } from './comparison';
import { affordableSearch } from './budget';
import { failedSeeds, failedShare, freshScores, scoresOf } from './configurations';
import type { Configuration } from './configurations';
import { constraintWarnings } from './constraints';
import { edgeWarnings } from './edges';
import { untriedNotes } from './enqueued';
import { comparisonTable, dimensionTable, pointTable, sweepPlots } from './evidence';
import { frontNotes } from './front';
import { importNotes } from './imported';
import { smoothingWarnings } from './label-smoothing';
import { shareReached } from './looks';
import { replicationOf } from '../replicates';
import { newPoint, searchSize } from './points';
import { kneeVerdict } from './knee';
import { pruningNote, pruningTable } from './pruning/evidence';
import { resolutionTable, saturationWarnings } from './resolution';
import { insightsInput } from './search-points';
import { SHOWN_MAX, shownConfigurations } from './shown';
import { terminationNotes } from './termination';
import { lastSegment, wholeTrials } from './trainings';
import { verdictOf } from './verdict';
import type { SweepView } from './view';

/** The answer of a sweep, whatever it is called. @throws StageInconclusive if no trial ended well. */
export function decideSweep(context: SweepView): Omit<Decision, 'stage'> {
  const { configurations } = context;
  const incumbent = configurations[0];
  const challengers = contenders(context);
  const best = challengers[0];
  if (incumbent === undefined || (incumbent.score === null && best === undefined)) throw inconclusive(context);
  const compared = compare(context, challengers, incumbent, shareReached(context));
  const verdict = withPruning(context, kneeVerdict(context) ?? verdictOf(context, incumbent, best, compared));
  const warnings = warningsOf(context, configurations, best, verdict.hparams);
  const shown = shownConfigurations(context, configurations);
  const top = ranked(
    configurations.filter(({ score }) => score !== null),
    context.facts.objective,
  ).slice(0, context.options.replicateTop);
  return {
    stageId: context.stageId,
    ...verdict,
    evidence: {
      trialIds: trialIdsOf(context, shown),
      plots: sweepPlots(context, configurations),
      tables: [
        pointTable(context, configurations, shown),
        comparisonTable(context, compared),
        ...resolutionTable(context, best, compared),
        dimensionTable(context, configurations, top, verdict.hparams),
        ...pruningTable(context),
      ],
      warnings,
    },
    alternatives: challengers
      .slice(0, context.options.replicateTop)
      .filter(({ hparams }) => hparams !== verdict.hparams)
      .map((challenger) => ({ hparams: challenger.hparams, note: noteOf(context, challenger) })),
    insights: insightsInput(context, configurations, best, warnings.length),
    ...(context.options.keepWeights === 'best' && { keepsWeightsOf: bestTrialsAt(context, verdict.hparams) }),
  };
}

/** All; of very many, those of the points that are shown. */
function trialIdsOf({ trials }: SweepView, shown: readonly Configuration[]): readonly string[] {
  const all =
    trials.length <= SHOWN_MAX
      ? trials
      : shown.flatMap(({ trainings }) => trainings.flatMap(({ segments }) => segments));
  return all.map(({ spec }) => spec.trialId);
}

/** The best training at a point, by its id; none where all there failed. */
function bestTrialsAt({ configurations, facts: { objective } }: SweepView, hparams: HParams): readonly string[] {
  const decided = configurations.find((configuration) => configuration.hparams === hparams) ?? configurations[0];
  const [best] = ranked(decided?.trainings.filter(({ score }) => score !== null) ?? [], objective);
  return best === undefined ? [] : wholeTrials(best).map(({ spec }) => spec.trialId);
}

/** Only points trained in full are compared, so a reason says how many are not. */
function withPruning<Verdict extends Pick<Decision, 'because'>>(context: SweepView, verdict: Verdict): Verdict {
  const note = pruningNote(context);
  return note === undefined ? verdict : { ...verdict, because: `${verdict.because}; ${note}` };
}

function warningsOf(
  context: SweepView,
  configurations: readonly Configuration[],
  best: Configuration | undefined,
  decided: HParams,
): readonly string[] {
  const { options, search } = context;
  const warnings: string[] = [...importNotes(options.imported ?? [])];
  const failed = search
    .filter(({ status }) => status === 'failed')
    .map(lastSegment)
    .filter((trial) => !ranWell(trial));
  if (failed.length > 0)
    warnings.push(`${count(failed.length, 'point')} of ${search.length} failed: ${countByStatus(failed)}`);
  warnings.push(
    ...failedReplicates(context, configurations),
    ...constraintWarnings(
      configurations,
      decided === context.incumbent ? configurations[0] : configurations.find(({ hparams }) => hparams === decided),
    ),
  );
  if (isCutShort(context))
    warnings.push(`the budget allowed ${count(search.length, 'point')} of ${searchSize(context)}`);
  warnings.push(...untriedNotes(context), ...terminationNotes(context), ...frontNotes(context), ...unvaried(context));
  if (decided !== context.incumbent) warnings.push(...edgeWarnings(context, decided));
  if (best !== undefined) warnings.push(...optimism(context, best));
  warnings.push(...saturationWarnings(context, best));
  if (best !== undefined && best.scores.size < 2) {
    warnings.push(
      `the answer rests on one seed each: the best of many single scores is partly luck${replicationOf(options).seeds < 2 ? '; set replicates to 3' : ''}`,
    );
  }
  warnings.push(...smoothingWarnings(context));
  if (configurations[0]?.score === null)
    warnings.push('the study as it stood failed: everything is compared without it');
  return warnings;
}

/** Points of which some seeds failed, though the first did not. */
function failedReplicates(
  { facts: { objective } }: SweepView,
  configurations: readonly Configuration[],
): readonly string[] {
  return configurations
    .filter((configuration) => configuration.score !== null && failedShare(configuration) > 0)
    .map((configuration) => {
      const name = configuration.isIncumbent ? 'the study as it stood' : `point ${configuration.index}`;
      return `${name} failed with ${failedSeeds(configuration)}: ${namedFailures(configuration.trainings.map(lastSegment), objective)}`;
    });
}

/** Factors on a value that was 0, say. */
function unvaried({ options: { space } }: SweepView): readonly string[] {
  return Object.entries(space).flatMap(([name, dimension]) =>
    'ordinal' in dimension && dimension.ordinal.length === 1
      ? [`${name} was not varied: ${String(dimension.ordinal[0])} is its only value`]
      : [],
  );
}

/** Whether the search would have gone on with a larger budget. */
function isCutShort(context: SweepView): boolean {
  const {
    options: { trials },
  } = context;
  return context.search.length < trials && affordableSearch(context) < trials && newPoint(context) !== undefined;
}

/** How much the first score flattered the best point. */
function optimism({ facts: { objective } }: SweepView, configuration: Configuration): readonly string[] {
  const { score } = configuration;
  const further = freshScores(configuration);
  if (score === null || further.length === 0) return [];
  const flattery = gainOver(score, meanScore(further, objective), objective);
  return flattery <= 0
    ? []
    : [
        `the best point's first ${objective.metric} was better by ${formatDifference(flattery, objective)} than its mean over ${count(further.length, 'further seed')}: a winner's single score flatters`,
      ];
}

/** Its score by fresh seeds where it has any: its first one has selected it. */
function noteOf(context: SweepView, configuration: Configuration): string {
  const { objective } = context.facts;
  const fresh = freshScores(configuration);
  const numbers = fresh.length > 0 ? fresh : scoresOf(configuration);
  const seeds = count(numbers.length, fresh.length > 0 ? 'fresh seed' : 'seed');
  const failed = failedShare(configuration) > 0 ? `; failed with ${failedSeeds(configuration)}` : '';
  return `${objective.metric} ${formatNumber(meanScore(numbers, objective))} over ${seeds}${failed}; ${costText(
    context,
    configuration.trainings.flatMap(({ segments }) => segments),
  )}`;
}

function inconclusive({ stageId, trials }: SweepView): StageInconclusive {
  const fix = remedyFor(trials, 'put a lrRangeTest before this stage, or narrow its space');
  return new StageInconclusive(
    `no trial of the sweep ended well [stage=${stageId}, trials=${countByStatus(trials)}]: ${fix}`,
  );
}
