/**
 * How data, model, goal and hardware bear on the rate and the batch that a study came to, by its own numbers.
 *
 * @module
 */
import type { BatchSizeLadderOptions } from '../../workflows/stages/batch-size-ladder/options';
import { median } from '../../workflows/analysis/statistics';
import { stretched } from '../../workflows/stages/schedules';
import { studyTraining } from '../../workflows/stages/study-training';
import { milestonesOf } from '../../workflows/trials/batch-growth';
import { stepsOf } from '../../workflows/trials/length';
import { trainingOf } from '../../workflows/trials/trial-training';
import { sumOfFactors } from '../../workflows/trials/weight-decay';
import type { TrialSummary } from '../../workflows/words/progress';
import type { HParams } from '../../workflows/words/trial';
import { counted, formatNumber } from '../wording/numbers';
import { html } from './html';
import type { Html } from './html';
import type { ReportInput, StageView } from './stage-view';

/** What the sentences are about. */
interface Subject {
  readonly input: ReportInput;
  readonly trials: readonly TrialSummary[];
  readonly hparams: HParams;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Epochs of the final training, where there is one. */
  readonly epochs: number;
  readonly steps: number;
  readonly isGrowing: boolean;
}

/** Nothing before the first answer. */
export function bearing(input: ReportInput, views: readonly StageView[]): Html {
  const hparams = input.record.final?.hparams ?? views.findLast(({ decision }) => decision)?.decision?.hparams;
  if (hparams === undefined) return html``;
  const subject = subjectOf(input, views, hparams);
  const sentences = [dataSize, modelSize, goal, hardware].flatMap((sentence) => sentence(subject) ?? []);
  return html`<section><h2>What bears on this rate and this batch</h2><ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}

function subjectOf(input: ReportInput, views: readonly StageView[], hparams: HParams): Subject {
  const { study } = input.record;
  const { epochs: own } = trainingOf(study.training, hparams);
  const last = study.stages.find(({ stage }) => stage === 'finalTrain')?.options as
    { readonly epochs?: number } | undefined;
  const epochs = last?.epochs ?? own;
  const [batchSize, learningRate] = [Number(hparams['batchSize']), Number(hparams['learningRate'])];
  const { trainExamples } = study.dataset.split;
  const decisions = views.flatMap(({ decision }) => decision ?? []);
  const facts = { training: study.training, trainExamples };
  const { batchGrowth } = studyTraining({ facts, decisions }, hparams, epochs);
  const steps = stepsOf({ epochs }, trainExamples, batchSize, milestonesOf(batchGrowth));
  const trials = views.flatMap((view) => view.trials);
  return { input, trials, hparams, batchSize, learningRate, epochs, steps, isGrowing: batchGrowth !== undefined };
}

function dataSize({ input, hparams, batchSize, learningRate, epochs, steps, isGrowing }: Subject): string {
  const { dataset, training } = input.record.study;
  const { trainExamples } = dataset.split;
  const whole = stretched(trainingOf(training, hparams), epochs, steps);
  const mean = (learningRate * sumOfFactors(whole, { steps, epochs })) / steps;
  const perEpoch = trainExamples / batchSize;
  return `Data: ${formatNumber(trainExamples)} training examples make ${formatNumber(perEpoch)} steps of ${batchSize} an epoch, ${formatNumber(steps)} in ${counted(epochs, 'epoch')}${isGrowing ? ', as batches grow' : ''}; the rate, ${formatNumber(learningRate)}, is ${formatNumber(mean)} on average over them. A batch of ${2 * batchSize} would leave ${formatNumber(Math.ceil(steps / 2))} steps.`;
}

function modelSize({ input, trials, batchSize }: Subject): string | undefined {
  const parameters = trials.findLast((trial) => trial.parameters !== undefined)?.parameters;
  if (parameters === undefined) return undefined;
  const { trainExamples } = input.record.study.dataset.split;
  const perExample = parameters / trainExamples;
  const side = perExample >= 1 ? 'enough to learn every example by heart' : 'too few to learn every example by heart';
  return `Model: ${formatNumber(parameters)} parameters, ${formatNumber(perExample)} for each training example, ${side}; each step moves all of them by what ${batchSize} examples say, ${formatNumber(parameters / batchSize)} parameters an example.`;
}

/** What a ladder compared, by its strategy. */
const COMPARED_BY: Readonly<Record<BatchSizeLadderOptions['strategy'], string>> = {
  timeToTarget: 'batch sizes were compared by the time to one loss',
  throughput: 'batch sizes were compared by images a second',
  largest: 'the largest batch that fits was asked for, whatever its score',
  ruleOfThumb: 'the batch size is a rule of thumb, compared with no other',
  grid: 'batch sizes were compared by the same score after equal epochs',
  progressive:
    'batches that grow were compared with batches of one size, by the same score after equal epochs and by time',
};

function goal({ input, epochs, steps, batchSize }: Subject): string {
  const { study } = input.record;
  const ladder = study.stages.find(({ stage }) => stage === 'batchSizeLadder')?.options as
    BatchSizeLadderOptions | undefined;
  const how =
    ladder === undefined
      ? `no stage compared batch sizes: ${batchSize} is as it was given`
      : COMPARED_BY[ladder.strategy];
  const { metric } = study.objective;
  const { validationExamples, folds } = study.dataset.split;
  return `Goal: the model is judged by ${metric} at the best of ${counted(epochs, 'epoch')} (${formatNumber(steps)} steps) on ${folds === undefined ? '' : `each of ${folds} folds of `}${formatNumber(validationExamples)} validation images; ${how}.`;
}

/** Median seconds of a step by batch size, from trainings of at least an epoch, evaluations and all. */
function stepSeconds({ input, trials }: Subject): readonly (readonly [batchSize: number, seconds: number])[] {
  const { trainExamples } = input.record.study.dataset.split;
  const bySize = new Map<number, number[]>();
  for (const { hparams, epochs = 0, deviceSeconds, reused, continues, status } of trials) {
    const size = Number(hparams['batchSize']);
    if (epochs < 1 || deviceSeconds === 0 || reused || continues !== undefined || status === 'paused') continue;
    bySize.set(size, [...(bySize.get(size) ?? []), (deviceSeconds * size) / (epochs * trainExamples)]);
  }
  return [...bySize].map(([size, seconds]) => [size, median(seconds)] as const).sort(([a], [b]) => a - b);
}

function hardware(subject: Subject): string | undefined {
  const times = stepSeconds(subject);
  const { batchSize, input } = subject;
  const own = times.find(([size]) => size === batchSize);
  if (own === undefined) return undefined;
  const rate = `Hardware (${input.record.engines.join(', ')}): a step of ${batchSize} took ${formatNumber(1000 * own[1])} ms with its share of evaluations, ${formatNumber(batchSize / own[1])} images a second`;
  const other = times.findLast(([size]) => size !== batchSize);
  if (other === undefined) return `${rate}; no other batch size was trained for an epoch.`;
  const perImage = own[1] / batchSize / (other[1] / other[0]);
  return `${rate}; one of ${other[0]} took ${formatNumber(1000 * other[1])} ms, so that an epoch takes ${formatNumber(1 / perImage)} times as long there.`;
}
