import { numericHParam } from '../../trials/hparams';
import { confidenceBy } from '../confidence';
import { count, formatNumber } from '../format';
import { StageInconclusive } from '../stage';
import type { Decision } from '../stage';
import { costText, countByStatus } from '../trials';
import { chooseSize, hasFailed, preference } from './choice';
import { CLEAR_GAIN } from './comparison';
import { scorePlots, sizeTables } from './effects';
import { ladderPlots, raceTables, rungTable } from './evidence';
import { noiseTables } from './noise';
import { batchSizeOf, trialsOf } from './phases';
import { COST_MAX } from './race';
import { answeredHparams, breakdowns, brokeDown, racedHparams, standingTrials } from './rates';
import { memoryEnd } from './rungs';
import { FIT_ERROR_MAX } from './step-cost';
import { strategyOf } from './strategies';
import { BATCH_SIZE_LADDER } from './verified-size';
import type { LadderView } from './view';

/** The answer of the ladder. @throws StageInconclusive if no size passed. */
export function decideLadder(view: LadderView): Decision {
  const { batchSize, soaked } = chooseSize(view);
  if (batchSize === undefined) throw inconclusive(view);
  return {
    stage: BATCH_SIZE_LADDER,
    stageId: view.stageId,
    hparams: { ...answeredHparams(view, batchSize), ...strategyOf(view).besides?.(view, batchSize) },
    because: `${reason(view, batchSize)}${rateChange(view, batchSize)}`,
    ...confidenceOf(view, batchSize, soaked),
    evidence: {
      trialIds: view.trials.map(({ spec }) => spec.trialId),
      plots: [...ladderPlots(view, batchSize), ...scorePlots(view, batchSize)],
      tables: [
        rungTable(view),
        ...sizeTables(view),
        ...raceTables(view),
        ...(strategyOf(view).tables?.(view) ?? []),
        ...noiseTables(view),
      ],
      warnings: warningsOf(view, batchSize, soaked),
    },
    alternatives: [...(strategyOf(view).alternatives?.(view, batchSize) ?? []), ...otherSizes(view, batchSize)],
  };
}

function otherSizes(view: LadderView, batchSize: number): Decision['alternatives'] {
  return view.passed
    .filter((size) => size !== batchSize && !hasFailed(view, size))
    .map((size) => ({
      hparams: answeredHparams(view, size),
      note: `${noteOf(view, size)}; ${costText(
        view,
        view.trials.filter((trial) => batchSizeOf(trial) === size),
      )}`,
    }));
}

function rateChange(view: LadderView, batchSize: number): string {
  const [before, after] = [view.incumbent, answeredHparams(view, batchSize)].map((hparams) =>
    formatNumber(numericHParam(hparams, 'learningRate')),
  );
  if (before === after) return '';
  const broken = breakdowns(view).filter((one) => one.batchSize === batchSize || one.batchSize === view.reference);
  return broken.length === 0
    ? `; the learning rate follows from ${before} to ${after}`
    : `; the learning rate goes down from ${before} to ${after}, since training broke down at ${broken.map(({ learningRate }) => formatNumber(learningRate)).join(', ')}`;
}

function reason(view: LadderView, batchSize: number): string {
  const wasBeaten = preference(view)[0] !== batchSize ? ', the best of those that held' : '';
  return `${strategyOf(view).reason(view, batchSize)}${wasBeaten}`;
}

function confidenceOf(view: LadderView, batchSize: number, soaked: boolean): ReturnType<typeof confidenceBy> {
  const isRaced = view.contest !== null;
  const isLowered = answeredHparams(view, batchSize)['learningRate'] !== racedHparams(view, batchSize)['learningRate'];
  const { guess, doubt } = strategyOf(view).grounds(view, batchSize);
  return confidenceBy({
    guess: {
      'the size was not soaked': !soaked,
      'the soak broke down': soakBroke(view, batchSize),
      'its soak held only at a lower learning rate than it raced at':
        isRaced && isLowered && !soakBroke(view, batchSize),
      ...guess,
    },
    doubt: {
      ...doubt,
      'training broke down at the learning rate that the study held': breakdowns(view).some(
        (one) => one.batchSize === batchSize || one.batchSize === view.reference,
      ),
    },
  });
}

/** Whether the size fits but does not train at the rate that goes with it. */
function soakBroke(view: LadderView, batchSize: number): boolean {
  const soak = standingTrials(view, 'soak').find((trial) => batchSizeOf(trial) === batchSize);
  return soak !== undefined && brokeDown(soak);
}

function warningsOf(view: LadderView, batchSize: number, soaked: boolean): readonly string[] {
  const warnings: string[] = [];
  const { fit } = view.cost;
  const full = memoryEnd(view.rungs);
  if (!soaked) warnings.push(`batch size ${batchSize} was not soaked: only its rung shows that it fits`);
  if (soakBroke(view, batchSize))
    warnings.push(
      `the soak of batch size ${batchSize} broke down: a learning rate of ${formatNumber(numericHParam(answeredHparams(view, batchSize), 'learningRate'))} may be too high`,
    );
  if (full !== undefined) warnings.push(`batch size ${full} does not fit in memory`);
  if (full !== undefined && view.passed.length === 1)
    warnings.push(`batch size ${batchSize} was taken without a memory margin: it is the only one that fits`);
  const failed = view.rungs.filter(({ passed, batchSize: size }) => !passed && size !== full);
  if (failed.length > 0)
    warnings.push(
      `training failed at batch size ${failed.map((rung) => rung.batchSize).join(', ')}, where hardly anything is learnt: check the model and the data`,
    );
  if (fit !== null && fit.relativeError > FIT_ERROR_MAX)
    warnings.push(
      `the step times are ${Math.round(fit.relativeError * 100)} % off a straight line: other work on the machine disturbs them, or its caches do`,
    );
  if (trialsOf(view, 'reference').length > 0 && view.target === null)
    warnings.push('no short training reached a validation loss: lower the learning rate, or test it first');
  warnings.push(
    ...breakdowns(view).map(
      ({ batchSize: size, learningRate, lowered }) =>
        `training broke down at batch size ${size} and a learning rate of ${formatNumber(learningRate)}, which is no fault of the size: ${lowered === null ? 'lower the learning rate' : `it was tried at ${formatNumber(lowered)}`}, or set schedule.warmupSteps or clipNorm`,
    ),
  );
  const missed = view.times.filter(({ cost }) => cost === null).map((time) => time.batchSize);
  if (missed.length > 0)
    warnings.push(
      `batch size ${missed.join(', ')} did not reach the target with every seed in ${COST_MAX} times the cost of the reference`,
    );
  warnings.push(...epochsWarning(view, batchSize));
  if (view.facts.reproducible)
    warnings.push('the study is reproducible: sizes were compared by a nominal cost of a step, not by measured times');
  return warnings;
}

/**
 * A larger batch is sooner at the same loss even if that takes it more epochs; the trainings after this stage have a
 * number of epochs, not a time.
 */
function epochsWarning(view: LadderView, batchSize: number): readonly string[] {
  const own = numericHParam(view.incumbent, 'batchSize');
  const epochsOf = (size: number): number | null => view.times.find((time) => time.batchSize === size)?.epochs ?? null;
  const [before, after] = [epochsOf(own), epochsOf(batchSize)];
  if (view.contest === null || before === null || after === null || after < before * (1 + CLEAR_GAIN)) return [];
  const { epochs } = view.facts.training;
  const needed = Math.ceil((epochs * after) / before);
  return [
    `batch size ${batchSize} takes ${formatNumber(after / before)} times the epochs of ${own} to the same loss, in less time: with training.epochs ${epochs} it ends at a higher loss than ${own} would; about ${needed} make up for that`,
  ];
}

function noteOf(view: LadderView, batchSize: number): string {
  const { cost } = view;
  const raced = view.times.find((time) => time.batchSize === batchSize);
  if (raced !== undefined)
    return raced.cost === null ? 'did not reach the target loss in time' : `target loss after ${cost.text(raced.cost)}`;
  const seconds = view.rungs.find((rung) => rung.batchSize === batchSize)?.stepSeconds ?? null;
  return seconds === null ? 'not timed' : `${formatNumber(batchSize / seconds)} images a second`;
}

function inconclusive(view: LadderView): StageInconclusive {
  const { stageId, trials, options } = view;
  const memory = memoryEnd(view.rungs) !== undefined;
  const fix = memory
    ? `set batchSizeMin below ${options.batchSizeMin}, or use a smaller model`
    : 'check the model and the data';
  const held =
    view.passed.length === 0 ? 'no batch size passed' : `none of ${count(view.passed.length, 'batch size')} held`;
  return new StageInconclusive(`${held} [stage=${stageId}, trials=${countByStatus(trials)}]: ${fix}`);
}
