import { numericHParam } from '../../trials/hparams';
import { confidenceBy } from '../confidence';
import { count, formatNumber } from '../format';
import { StageInconclusive } from '../stage';
import type { Decision } from '../stage';
import { costText, countByStatus } from '../trials';
import { chooseSize, CLEAR_GAIN, hasFailed, preference } from './choice';
import { ladderPlots, raceTable, rungTable } from './evidence';
import { noiseTables } from './noise';
import { batchSizeOf, scaledHparams, trialsOf } from './phases';
import type { LadderContext } from './phases';
import { COST_MAX, finishers, passedSizes, raceTimes, targetOf } from './race';
import { memoryEnd, rungsOf } from './rungs';
import { stepCostOf } from './step-cost';
import { BATCH_SIZE_LADDER } from './verified-size';

/** Fits worse than this do not describe the step time. */
const FIT_ERROR_MAX = 0.15;

/** The answer of the ladder. @throws StageInconclusive if no size passed. */
export function decideLadder(context: LadderContext): Decision {
  const { batchSize, soaked } = chooseSize(context);
  if (batchSize === undefined) throw inconclusive(context);
  return {
    stage: BATCH_SIZE_LADDER,
    stageId: context.stageId,
    hparams: scaledHparams(context, batchSize),
    because: `${reason(context, batchSize)}${rateChange(context, batchSize)}`,
    ...confidenceOf(context, batchSize, soaked),
    evidence: {
      trialIds: context.trials.map(({ spec }) => spec.trialId),
      plots: ladderPlots(context, batchSize),
      tables: [
        rungTable(context),
        ...(raceTimes(context).length > 0 ? [raceTable(context)] : []),
        ...noiseTables(context, stepCostOf(context)),
      ],
      warnings: warningsOf(context, batchSize, soaked),
    },
    alternatives: passedSizes(context)
      .filter((size) => size !== batchSize && !hasFailed(context, size))
      .map((size) => ({
        hparams: scaledHparams(context, size),
        note: `${noteOf(context, size)}; ${costText(
          context,
          context.trials.filter((trial) => batchSizeOf(trial) === size),
        )}`,
      })),
  };
}

function rateChange(context: LadderContext, batchSize: number): string {
  const { incumbent } = context;
  const [before, after] = [incumbent, scaledHparams(context, batchSize)].map((hparams) =>
    formatNumber(numericHParam(hparams, 'learningRate')),
  );
  return before === after ? '' : `; the learning rate follows from ${before} to ${after}`;
}

function reason(context: LadderContext, batchSize: number): string {
  const { objective } = context.options;
  const cost = stepCostOf(context);
  const each = cost.of(batchSize);
  const wasBeaten = preference(context)[0] !== batchSize ? ', the best of those that held' : '';
  if (objective === 'largest')
    return `${batchSize} is the largest batch size that ${memoryEnd(rungsOf(context)) === undefined ? 'was allowed' : 'fits with its margin'}${wasBeaten}`;
  if (objective === 'throughput') {
    const rate = each === undefined ? 'an unknown number of' : formatNumber(batchSize / each);
    const unit = context.facts.reproducible ? 'images by nominal cost' : 'images a second';
    return `${batchSize} is the smallest batch size within ${CLEAR_GAIN * 100} % of the best throughput, with ${rate} ${unit}${wasBeaten}`;
  }
  return raceReason(context, batchSize);
}

function raceReason(context: LadderContext, batchSize: number): string {
  const own = numericHParam(context.incumbent, 'batchSize');
  const cost = stepCostOf(context);
  const raced = raceTimes(context);
  const { eligible, tooLong } = finishers(context);
  const chosen = eligible.find((time) => time.batchSize === batchSize);
  const target = targetOf(context);
  if (chosen === undefined || target === null || raced.length < 2) {
    const knee =
      cost.fit === null
        ? 'no step time could be fitted'
        : `half of a step is overhead at ${formatNumber(cost.fit.knee)}`;
    return batchSize === own
      ? `${batchSize} stays: no other batch size could be compared by time to a validation loss`
      : `${batchSize} is the nearest batch size to the knee: ${knee}`;
  }
  const reach = `reaches validation loss ${formatNumber(target)} after ${cost.text(chosen.cost)}`;
  const next = eligible.filter((time) => time !== chosen).sort((a, b) => a.cost - b.cost)[0];
  const passed = tooLong
    .filter((time) => time.cost < chosen.cost)
    .map(
      (time) =>
        `${time.batchSize} does so after ${cost.text(time.cost)}, but in ${formatNumber(time.epochs / chosen.epochs)} times the epochs`,
    );
  const left = passed.length > 0 ? `; ${passed.join(', ')}` : '';
  if (next === undefined)
    return `${batchSize}${batchSize === own ? ' stays: it' : ''} ${reach}, and no other size does so with every seed in ${COST_MAX} times that of the reference${left}`;
  const lead = `${next.batchSize} after ${cost.text(next.cost)}`;
  if (batchSize === own)
    return `${batchSize} stays: it ${reach}, and no other size does so more than ${CLEAR_GAIN * 100} % sooner (${lead})${left}`;
  return `${batchSize} ${reach}, the next, ${lead}${left}`;
}

/** Of the objectives only the race takes a judgement: its seeds must agree, and the times behind it must be steady. */
function confidenceOf(context: LadderContext, batchSize: number, soaked: boolean): ReturnType<typeof confidenceBy> {
  const isRaced = context.options.objective === 'timeToTarget';
  const tooLong = new Set(finishers(context).tooLong.map((time) => time.batchSize));
  const times = raceTimes(context).filter((time) => !tooLong.has(time.batchSize));
  const chosen = times.find((time) => time.batchSize === batchSize && time.cost !== null);
  const slack = batchSize === numericHParam(context.incumbent, 'batchSize') ? 1 + CLEAR_GAIN : 1;
  const wins = times.every(({ costs }) =>
    costs.every((cost, seed) => cost === null || (chosen?.costs[seed] ?? Infinity) <= cost * slack),
  );
  const isTimed = context.facts.reproducible || (stepCostOf(context).fit?.relativeError ?? Infinity) <= FIT_ERROR_MAX;
  return confidenceBy({
    guess: {
      'the size was not soaked': !soaked,
      'the soak broke down': soakBroke(context, batchSize),
      'no other size could be raced': isRaced && (chosen === undefined || times.length < 2),
    },
    doubt: isRaced
      ? {
          'one seed each': (chosen?.costs.length ?? 0) < 2,
          'the seeds do not agree': !wins,
          'the step times are unsteady': !isTimed,
        }
      : {},
  });
}

/** Whether the size fits but does not train at the rate that goes with it. */
function soakBroke(context: LadderContext, batchSize: number): boolean {
  const soak = trialsOf(context, 'soak').find((trial) => batchSizeOf(trial) === batchSize);
  return soak?.result !== undefined && soak.result.outcome.status !== 'completed';
}

function warningsOf(context: LadderContext, batchSize: number, soaked: boolean): readonly string[] {
  const warnings: string[] = [];
  const { fit } = stepCostOf(context);
  const full = memoryEnd(rungsOf(context));
  if (!soaked) warnings.push(`batch size ${batchSize} was not soaked: only its rung shows that it fits`);
  if (soakBroke(context, batchSize))
    warnings.push(
      `the soak of batch size ${batchSize} broke down: a learning rate of ${formatNumber(numericHParam(scaledHparams(context, batchSize), 'learningRate'))} may be too high`,
    );
  if (full !== undefined) warnings.push(`batch size ${full} does not fit in memory`);
  if (full !== undefined && passedSizes(context).length === 1)
    warnings.push(`batch size ${batchSize} was taken without a memory margin: it is the only one that fits`);
  const failed = rungsOf(context).filter(({ passed, batchSize: size }) => !passed && size !== full);
  if (failed.length > 0)
    warnings.push(
      `training failed at batch size ${failed.map((rung) => rung.batchSize).join(', ')}, where hardly anything is learnt: check the model and the data`,
    );
  if (fit !== null && fit.relativeError > FIT_ERROR_MAX)
    warnings.push(
      `the step times are ${Math.round(fit.relativeError * 100)} % off a straight line: other work on the machine disturbs them, or its caches do`,
    );
  if (trialsOf(context, 'reference').length > 0 && targetOf(context) === null)
    warnings.push('no short training reached a validation loss: lower the learning rate, or test it first');
  const missed = raceTimes(context)
    .filter(({ cost }) => cost === null)
    .map((time) => time.batchSize);
  if (missed.length > 0)
    warnings.push(
      `batch size ${missed.join(', ')} did not reach the target with every seed in ${COST_MAX} times the cost of the reference`,
    );
  warnings.push(...epochsWarning(context, batchSize));
  if (context.facts.reproducible)
    warnings.push('the study is reproducible: sizes were compared by a nominal cost of a step, not by measured times');
  return warnings;
}

/**
 * A larger batch is sooner at the same loss even if that takes it more epochs; the trainings after this stage have a
 * number of epochs, not a time.
 */
function epochsWarning(context: LadderContext, batchSize: number): readonly string[] {
  const own = numericHParam(context.incumbent, 'batchSize');
  const epochsOf = (size: number): number | null =>
    raceTimes(context).find((time) => time.batchSize === size)?.epochs ?? null;
  const [before, after] = [epochsOf(own), epochsOf(batchSize)];
  if (
    context.options.objective !== 'timeToTarget' ||
    before === null ||
    after === null ||
    after < before * (1 + CLEAR_GAIN)
  )
    return [];
  const { epochs } = context.facts.training;
  const needed = Math.ceil((epochs * after) / before);
  return [
    `batch size ${batchSize} takes ${formatNumber(after / before)} times the epochs of ${own} to the same loss, in less time: with training.epochs ${epochs} it ends at a higher loss than ${own} would; about ${needed} make up for that`,
  ];
}

function noteOf(context: LadderContext, batchSize: number): string {
  const cost = stepCostOf(context);
  const raced = raceTimes(context).find((time) => time.batchSize === batchSize);
  if (raced !== undefined)
    return raced.cost === null ? 'did not reach the target loss in time' : `target loss after ${cost.text(raced.cost)}`;
  const seconds = rungsOf(context).find((rung) => rung.batchSize === batchSize)?.stepSeconds ?? null;
  return seconds === null ? 'not timed' : `${formatNumber(batchSize / seconds)} images a second`;
}

function inconclusive(context: LadderContext): StageInconclusive {
  const { stageId, trials, options } = context;
  const memory = memoryEnd(rungsOf(context)) !== undefined;
  const fix = memory
    ? `set batchSizeMin below ${options.batchSizeMin}, or use a smaller model`
    : 'check the model and the data';
  const held =
    passedSizes(context).length === 0
      ? 'no batch size passed'
      : `none of ${count(passedSizes(context).length, 'batch size')} held`;
  return new StageInconclusive(`${held} [stage=${stageId}, trials=${countByStatus(trials)}]: ${fix}`);
}
