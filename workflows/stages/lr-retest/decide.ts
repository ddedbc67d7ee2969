/**
 * The answer of a re-test: its words, how sure it is, and its evidence.
 *
 * @module
 */
import { scaleOf } from '../../analysis/scale';
import { isSaturated } from '../../analysis/validation-error';
import type { Objective } from '../../words/study';
import { numericHParam } from '../../trials/hparams';
import { confidenceBy, PROBABILITY_HIGH, PROBABILITY_MEDIUM, SEEDS_HIGH } from '../confidence';
import { count, formatNumber, formatProbability } from '../format';
import { replicatesText, replicationOf, splitOverlap } from '../replicates';
import { StageInconclusive } from '../stage';
import type { Decision, StageContext } from '../stage';
import { costText, countByStatus } from '../trials';
import { rateTable, ratePlot } from './evidence';
import { openEnd } from './gallop';
import { bestOf, levelsOf, rateOf, scoreAt, usableLevels } from './levels';
import type { Level } from './levels';
import { LR_RETEST } from './name';
import type { LrRetestOptions } from './options';
import { gainText, verdictOn } from './verdict';
import type { Verdict } from './verdict';

type Context = StageContext<LrRetestOptions>;

/** Gains that nobody need train again for: a tenth of a loss, half a point of a share. */
const NEGLIGIBLE: Readonly<Record<ReturnType<typeof scaleOf>, number>> = { log: Math.log(1.1), linear: 0.005 };

/** The answer of a re-test. @param epochs Length of its trainings. @throws StageInconclusive if every rate failed. */
export function decideRetest(context: Context, epochs: number): Decision {
  const { facts, incumbent, stageId, trials } = context;
  const { objective } = facts;
  const levels = levelsOf(trials, objective);
  const usable = usableLevels(levels);
  if (usable.length === 0) throw inconclusive(context);
  const overlap = splitOverlap(facts, replicationOf(context.options));
  const verdict = verdictOn(levels, numericHParam(incumbent, 'learningRate'), overlap);
  const { chosen } = verdict;
  return {
    stage: LR_RETEST,
    stageId,
    hparams: { ...incumbent, learningRate: chosen.learningRate },
    because: because(context, levels, verdict),
    ...confidenceOf(context, levels, verdict, epochs),
    evidence: {
      trialIds: trials.map(({ spec }) => spec.trialId),
      plots: [ratePlot(context, usable, chosen)],
      tables: [rateTable(context)],
      warnings: warningsOf(context, levels, verdict),
    },
    alternatives: usable
      .filter((level) => level !== chosen)
      .map((level) => ({
        hparams: { ...incumbent, learningRate: level.learningRate },
        note: `${objective.metric} ${formatNumber(scoreAt(level, objective))}; ${costText(
          context,
          trials.filter((trial) => rateOf(trial) === level.learningRate),
        )}`,
      })),
  };
}

function because(context: Context, levels: readonly Level[], verdict: Verdict): string {
  const { facts, incumbent, options } = context;
  const { chosen, best, error } = verdict;
  const score = (level: Level): string => formatNumber(scoreAt(level, facts.objective));
  const current = numericHParam(incumbent, 'learningRate');
  const kept =
    chosen.learningRate === current
      ? `${formatNumber(current)} stays`
      : `${formatNumber(chosen.learningRate)} instead of ${formatNumber(current)}`;
  const own = `its ${facts.objective.metric}, ${score(chosen)} over ${replicatesText(chosen.gains.size, 'seed', replicationOf(options))},`;
  const place =
    chosen === best
      ? `is the best of ${count(levels.length, 'rate')}`
      : `is within one standard error (${gainText(error, facts.objective)}) of the best of ${count(levels.length, 'rate')}, ${score(best)} at ${formatNumber(best.learningRate)}, and in the middle of those that are`;
  return [`${kept}: ${own} ${place}`, ...evidenceWords(verdict, facts.objective)].join('; ');
}

/** What the trainings show of it, and what they could have shown. */
function evidenceWords({ chosen, own, lead, bound, detectable }: Verdict, objective: Objective): readonly string[] {
  const words: string[] = [];
  if (own !== undefined && chosen !== own) {
    const probability = lead === null ? '' : ` (${formatProbability(lead.probability)})`;
    words.push(
      `${superiorityWords(lead?.probability ?? 0)} than the ${formatNumber(scoreAt(own, objective))} at ${formatNumber(own.learningRate)}${probability}`,
    );
  } else if (chosen === own && bound !== null) {
    words.push(stayingWords(bound, objective));
  }
  if (detectable !== null)
    words.push(`a difference of ${gainText(detectable, objective)} would show in 4 of 5 studies`);
  return words;
}

function superiorityWords(probability: number): string {
  if (probability >= PROBABILITY_HIGH) return 'better';
  return probability >= PROBABILITY_MEDIUM ? 'probably better' : 'not shown to be better';
}

/** @param bound Gain that no other rate has over the one that stays. */
function stayingWords(bound: number, objective: Objective): string {
  if (bound === 0) return 'every other rate is shown to be worse';
  return bound <= NEGLIGIBLE[scaleOf(objective)]
    ? `no other rate is better by more than ${gainText(bound, objective)}`
    : `none is shown to be better, and one may be by ${gainText(bound, objective)}`;
}

function confidenceOf(
  { facts: { training, objective, validationExamples: examples } }: Context,
  levels: readonly Level[],
  { chosen, best, own, lead, bound }: Verdict,
  epochs: number,
): ReturnType<typeof confidenceBy> {
  const moves = chosen !== own;
  const probability = lead?.probability ?? 0;
  const place = levels.indexOf(chosen);
  return confidenceBy({
    guess: {
      'fewer than 2 rates ended well': usableLevels(levels).length < 2,
      'the best rate is at an end of those tried': openEnd(levels) !== undefined,
      'one seed a rate shows no spread': chosen.gains.size < 2,
      'it is not shown to be better than the rate before':
        moves && own !== undefined && probability < PROBABILITY_MEDIUM,
    },
    doubt: {
      [`fewer than ${SEEDS_HIGH} seeds`]: chosen.gains.size < SEEDS_HIGH,
      'the rate before did not end well': own === undefined,
      'it may be no better than the rate before': moves && own !== undefined && probability < PROBABILITY_HIGH,
      'another rate may be better': !moves && (bound ?? Infinity) > NEGLIGIBLE[scaleOf(objective)],
      'a rate beside it failed': [levels[place - 1], levels[place + 1]].some(
        (level) => level !== undefined && level.failed > 0,
      ),
      'the validation set is saturated': isSaturated({ score: scoreAt(best, objective), examples, objective }),
      'the rate moves by trainings shorter than those it is for': moves && epochs < training.epochs,
    },
  });
}

function warningsOf(
  { facts: { training, objective } }: Context,
  levels: readonly Level[],
  { best }: Verdict,
): readonly string[] {
  const warnings: string[] = [];
  const failed = levels.filter((level) => level.failed > 0);
  const steady =
    (training.schedule.warmupSteps ?? 0) === 0
      ? 'with schedule.warmupSteps or clipNorm higher rates may hold'
      : 'with a longer warm-up or clipNorm higher rates may hold';
  if (failed.length > 0)
    warnings.push(
      `training failed at ${failed.map(({ learningRate }) => formatNumber(learningRate)).join(', ')}; ${steady}`,
    );
  const passed = bestOf(levels);
  if (passed.gain > best.gain)
    warnings.push(
      `${formatNumber(passed.learningRate)} reached the better ${objective.metric} ${formatNumber(scoreAt(passed, objective))}, too near to where training fails: another seed may fail there`,
    );
  const end = openEnd(levels);
  if (end !== undefined)
    warnings.push(
      `the best rate is the ${end === 'low' ? 'lowest' : 'highest'} of the ${count(levels.length, 'rate')} tried, and the search ended there: a lrRangeTest would look wider`,
    );
  return warnings;
}

function inconclusive({ stageId, trials, incumbent }: Context): StageInconclusive {
  const memory = trials.some(({ result }) => result?.outcome.status === 'outOfMemory');
  const fix = memory ? 'set a smaller batch size' : 'put a lrRangeTest before this stage';
  return new StageInconclusive(
    `every learning rate failed [stage=${stageId}, trials=${countByStatus(trials)}, learningRate=${formatNumber(numericHParam(incumbent, 'learningRate'))}]: ${fix}`,
  );
}
