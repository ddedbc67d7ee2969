/**
 * What the batch size does: its validation score in equal epochs, and in a sentence each its effect on time, convergence
 * and memory. It decides nothing in a race to a target.
 *
 * @module
 */
import { ranked } from '../../analysis/ranking';
import { gainOf, meanScore, scaleOf } from '../../analysis/scale';
import { standardDeviation } from '../../analysis/statistics';
import { pairedSpread } from '../../analysis/superiority';
import { measurementOf } from '../../trials/outcome';
import { count, formatNumber, formatSeconds } from '../format';
import type { Plot, Table } from '../stage';
import { isRunning } from '../trials';
import { batchSizeOf } from './phases';
import { referenceEpochs, STEPS_PER_EPOCH_MIN } from './race';
import { racedHparams, standingTrials } from './rates';
import { memoryEnd } from './rungs';
import type { LadderView } from './view';

const MEBIBYTE = 2 ** 20;

/** What seeds of one size scored after the epochs that all sizes have. */
interface SizeScores {
  readonly batchSize: number;
  readonly scores: readonly number[];
}

function scoresOf(view: LadderView): readonly SizeScores[] {
  const { objective } = view.facts;
  const epochs = referenceEpochs(view);
  const trials = [...standingTrials(view, 'reference'), ...standingTrials(view, 'race')].filter(
    (trial) => !isRunning(trial),
  );
  const sizes = [...new Set(trials.map(batchSizeOf))].sort((a, b) => a - b);
  return sizes.map((batchSize) => ({
    batchSize,
    scores: trials
      .filter((trial) => batchSizeOf(trial) === batchSize)
      .flatMap(({ result }) => {
        const curve = measurementOf(result?.outcome)?.curve ?? [];
        const values = curve.flatMap((line) => (line.epoch <= epochs ? (line.values[objective.metric] ?? []) : []));
        // As every stage scores: by the best epoch, here of those that all sizes have.
        const best = ranked(
          values.map((score) => ({ score })),
          objective,
        )[0];
        return best === undefined || (curve.at(-1)?.epoch ?? 0) < epochs ? [] : best.score;
      }),
  }));
}

const peakOf = (view: LadderView, batchSize: number): number | undefined =>
  measurementOf(view.rungs.find((rung) => rung.batchSize === batchSize)?.trial.result?.outcome)?.peakBytes;

const mebibytes = (bytes: number | undefined): number | null =>
  bytes === undefined ? null : Math.round(bytes / MEBIBYTE);

/** Everything that was measured of each raced size, side by side. */
export function sizeTables(view: LadderView): readonly Table[] {
  const scores = scoresOf(view);
  if (scores.length === 0) return [];
  const { objective, reproducible } = view.facts;
  return [
    {
      title: 'Batch sizes side by side',
      columns: [
        'batch size',
        'learning rate',
        'seeds',
        `best ${objective.metric} in ${count(referenceEpochs(view), 'epoch')}`,
        'spread of seeds',
        `to the target, ${reproducible ? 'nominal examples' : 'seconds'}`,
        'to the target, epochs',
        'peak MiB',
      ],
      rows: scores.map(({ batchSize, scores: own }) => {
        const time = view.times.find((one) => one.batchSize === batchSize);
        return [
          batchSize,
          Number(racedHparams(view, batchSize)['learningRate']),
          own.length,
          own.length === 0 ? null : meanScore(own, objective),
          spreadText(own, view),
          time?.cost ?? null,
          time?.epochs ?? null,
          mebibytes(peakOf(view, batchSize)),
        ];
      }),
    },
    {
      title: 'What the batch size does',
      columns: ['on', 'measured'],
      rows: [
        ['time', timeEffect(view)],
        ['convergence', convergenceEffect(view, scores)],
        ['memory', memoryEffect(view)],
      ],
    },
    { title: 'What bears on this batch size', columns: ['what', 'how'], rows: circumstances(view) },
  ];
}

/** What else the answer depends on: with another of these it is to be asked again. */
function circumstances({ facts, options, cost, rungs }: LadderView): Table['rows'] {
  const { trainExamples, training, reproducible } = facts;
  const parameters = rungs.flatMap(({ trial }) => measurementOf(trial.result?.outcome)?.parameters ?? [])[0];
  const most = Math.floor(trainExamples / STEPS_PER_EPOCH_MIN);
  return [
    [
      'data size',
      `${trainExamples} training examples: sizes above ${most} leave an epoch fewer than ${STEPS_PER_EPOCH_MIN} steps and are not raced`,
    ],
    [
      'model size',
      parameters === undefined
        ? 'unknown: no rung was measured'
        : `${parameters} parameters: their share of a step is the same at every batch size, activations and their memory grow with it`,
    ],
    [
      'goal',
      options.strategy === 'progressive'
        ? `the best ${facts.objective.metric} in equal epochs, and of equally good ones the sooner: batches that grow take fewer steps for as many examples`
        : options.strategy === 'grid'
          ? `the best ${facts.objective.metric} in equal epochs; in equal time a size with cheaper examples would have more of them`
          : `the least cost of a loss; the study trains ${training.epochs} epochs, so no size that takes over ${options.epochsFactorMax} times the epochs is chosen`,
    ],
    [
      'hardware',
      reproducible
        ? `left out, as a reproducible study is to decide alike everywhere: a step is taken to cost as much as ${formatNumber(cost.knee)} examples more than it has`
        : `half of a step is overhead at batch size ${formatNumber(cost.knee)} here: a faster device has a higher one, which speaks for larger batches`,
    ],
  ];
}

function spreadText(scores: readonly number[], { facts: { objective } }: LadderView): string | null {
  if (scores.length < 2) return null;
  const spread = standardDeviation(scores.map((score) => gainOf(score, objective)));
  return scaleOf(objective) === 'log' ? `a factor of ${formatNumber(Math.exp(spread))}` : `± ${formatNumber(spread)}`;
}

/** The validation score over the batch size, seed by seed and in the mean. */
export function scorePlots(view: LadderView, batchSize: number): readonly Plot[] {
  const { objective } = view.facts;
  const scores = scoresOf(view).filter((one) => one.scores.length > 0);
  if (scores.length < 2) return [];
  return [
    {
      title: `Validation score after ${count(referenceEpochs(view), 'epoch')}`,
      xLabel: 'batch size',
      yLabel: objective.metric,
      xScale: 'log',
      yScale: scaleOf(objective),
      series: [
        {
          name: 'mean over seeds',
          x: scores.map((one) => one.batchSize),
          y: scores.map((one) => meanScore(one.scores, objective)),
        },
        {
          name: 'seeds',
          drawnAs: 'points',
          x: scores.flatMap((one) => one.scores.map(() => one.batchSize)),
          y: scores.flatMap((one) => one.scores),
        },
      ],
      marks: [{ name: 'decision', x: batchSize }],
    },
  ];
}

function timeEffect({ rungs, cost }: LadderView): string {
  const timed = rungs.filter(({ passed, stepSeconds }) => passed && stepSeconds !== null);
  const [first, last] = [timed[0], timed.at(-1)];
  if (first === undefined || last === undefined || first === last) return 'too few sizes were timed';
  const knee = cost.fit === null ? '' : `; half of a step is overhead at ${formatNumber(cost.fit.knee)}`;
  const rate = ({ batchSize, stepSeconds }: typeof first): string => formatNumber(batchSize / stepSeconds!);
  return `from batch size ${first.batchSize} to ${last.batchSize} a step takes from ${formatSeconds(first.stepSeconds!)} to ${formatSeconds(last.stepSeconds!)}, which is from ${rate(first)} to ${rate(last)} images a second${knee}`;
}

function convergenceEffect(view: LadderView, scores: readonly SizeScores[]): string {
  const reached = view.times.filter(({ epochs }) => epochs !== null);
  const [first, last] = [reached[0], reached.at(-1)];
  const epochs =
    first === undefined || last === undefined || first === last || view.target === null
      ? 'fewer than two sizes reached the same loss'
      : `to validation loss ${formatNumber(view.target)} batch size ${first.batchSize} takes ${formatNumber(first.epochs!)} epochs and ${last.batchSize} takes ${formatNumber(last.epochs!)}`;
  return `${epochs}; ${scoreEffect(view, scores)}`;
}

function scoreEffect({ facts: { objective }, options, ...view }: LadderView, all: readonly SizeScores[]): string {
  const complete = all.filter(({ scores }) => scores.length === options.replicates);
  const gains = complete.map(({ scores }) => scores.map((score) => gainOf(score, objective)));
  const means = complete.map(({ batchSize, scores }) => ({ batchSize, score: meanScore(scores, objective) }));
  const [best] = [...means].sort((a, b) => gainOf(b.score, objective) - gainOf(a.score, objective));
  const own = means.find(({ batchSize }) => batchSize === view.reference);
  if (best === undefined || own === undefined || means.length < 2)
    return 'no two sizes have a validation score after equal epochs';
  const spread = pairedSpread([gains])?.deviation;
  const ahead = gainOf(best.score, objective) - gainOf(own.score, objective);
  const beside =
    spread === undefined
      ? 'one seed each tells nothing of luck'
      : `seeds alone make ${ahead > 2 * (spread / Math.sqrt(options.replicates)) ? 'less' : 'as much'} of a difference`;
  return best === own
    ? `in equal epochs it scores best too, ${objective.metric} ${formatNumber(own.score)} at ${own.batchSize}`
    : `in equal epochs ${objective.metric} is best at ${best.batchSize}, ${formatNumber(best.score)} against ${formatNumber(own.score)} at ${own.batchSize}: ${beside}`;
}

function memoryEffect(view: LadderView): string {
  const measured = view.passed.flatMap((batchSize) => {
    const bytes = peakOf(view, batchSize);
    return bytes === undefined ? [] : [{ batchSize, bytes }];
  });
  const [first, last] = [measured[0], measured.at(-1)];
  const full = memoryEnd(view.rungs);
  const end = full === undefined ? 'no size tried ran out of memory' : `${full} does not fit`;
  if (first === undefined || last === undefined || first === last) return end;
  return `from batch size ${first.batchSize} to ${last.batchSize} the peak goes from ${mebibytes(first.bytes)} to ${mebibytes(last.bytes)} MiB; ${end}`;
}
