/**
 * Stages asked and answered without Temporal: what a test says of a network is a function from a trial to its outcome.
 *
 * @module
 */
import { DEFAULT_LEARNING_RATES, STANDARD_HPARAMS } from '../../workflows/words/hparams';
import { deriveSeed, uniform } from '../../workflows/search/random';
import { trialsInTurn } from '../../workflows/planning/loop';
import { costOfSegment, isFirstSegment } from '../../workflows/trials/segments';
import { STAGE_OPTIONS } from '../../workflows/stages/options';
import { plausibleOutcome } from '../../workflows/stages/plausible-outcome';
import type { Stage, StageContext, StudyFacts } from '../../workflows/stages/stage';
import type { EpochMeasurement, Measurement, Outcome, TrialResult } from '../../workflows/words/outcome';
import type { HParams, Trial, TrialSpec } from '../../workflows/words/trial';

export type Network = (spec: TrialSpec, facts: StudyFacts) => Outcome;

export const INCUMBENT: HParams = {
  ...Object.fromEntries(
    Object.entries(STANDARD_HPARAMS)
      .filter(([, hparam]) => !('optional' in hparam))
      .map(([name, hparam]) => [name, hparam.default]),
  ),
  learningRate: DEFAULT_LEARNING_RATES.adam,
};

export const FACTS: StudyFacts = {
  trainExamples: 1200,
  validationExamples: 300,
  testExamples: 300,
  classes: 10,
  chanceLoss: Math.log(10),
  modelHparams: [],
  reproducible: false,
  training: {
    optimizer: { name: 'adam' },
    schedule: { name: 'constant', warmupSteps: 0 },
    epochs: 8,
    earlyStopping: null,
    hparams: INCUMBENT,
  },
  objective: { metric: 'valLoss', direction: 'minimize' },
};

/** Options as a study file would give them, defaults filled. */
export function optionsOf<Name extends keyof typeof STAGE_OPTIONS>(
  name: Name,
  options: object = {},
): ReturnType<(typeof STAGE_OPTIONS)[Name]['parse']> {
  return STAGE_OPTIONS[name].parse(options) as ReturnType<(typeof STAGE_OPTIONS)[Name]['parse']>;
}

export function contextOf<Options>(
  options: Options,
  changes: Partial<StageContext<Options>> = {},
): StageContext<Options> {
  return {
    stageId: 'stage',
    options,
    incumbent: INCUMBENT,
    trials: [],
    seed: 5,
    facts: FACTS,
    remaining: { deviceSeconds: Infinity, trials: Infinity },
    decisions: [],
    ...changes,
  };
}

export function resultOf(spec: TrialSpec, outcome: Outcome): TrialResult {
  return {
    trialId: spec.trialId,
    hash: 'hash',
    outcome,
    weights: null,
    model: null,
    receipts: [],
    reused: false,
    worker: 'test',
    engine: 'test',
  };
}

export interface DriveOptions {
  readonly network?: Network;
  readonly parallel?: number;
  /** Picks which of the running trials ends next; the first to start by default. */
  readonly endsNext?: (running: readonly number[]) => number;
  /**
   * As in a reproducible study: suggestion k sees the results of the trials up to k - parallel, whatever ended besides.
   */
  readonly inOrder?: boolean;
  /** The driver stops asking then, as when a budget is spent. */
  readonly trialsMax?: number;
}

/** Runs a stage to where it asks for nothing more. @returns the context to decide on. */
export function drive<Options>(
  stage: Stage<Options>,
  context: StageContext<Options>,
  options: DriveOptions = {},
): StageContext<Options> {
  const {
    network = plausibleOutcome,
    parallel = 2,
    endsNext = ([first]) => first ?? 0,
    inOrder = false,
    trialsMax = 10_000,
  } = options;
  const asked = {
    suggest: (trials: readonly Trial[]): TrialSpec | undefined =>
      trials.length >= trialsMax
        ? undefined
        : stage.suggest({ ...context, trials, remaining: remainingAfter(context, trials) }),
  };
  const loop = trialsInTurn(asked, { parallelTrials: parallel, inOrder });
  let turn = loop.next();
  while (turn.done !== true) {
    const { trials, running } = turn.value;
    const index = endsNext(running);
    const { spec } = trials[index]!;
    turn = loop.next({ index, result: resultOf(spec, network(spec, context.facts)) });
  }
  return { ...context, trials: turn.value, remaining: remainingAfter(context, turn.value) };
}

function remainingAfter(
  { remaining }: StageContext<unknown>,
  trials: readonly Trial[],
): StageContext<unknown>['remaining'] {
  const seconds = trials.map((trial) => costOfSegment(trials, trial).deviceSeconds);
  return {
    deviceSeconds: remaining.deviceSeconds - seconds.reduce((sum, one) => sum + one, 0),
    trials: remaining.trials - trials.filter(isFirstSegment).length,
  };
}

/** Trials end in an order drawn from a seed. */
export function shuffled(seed: number): (running: readonly number[]) => number {
  let draw = 0;
  return (running) => running[Math.floor(uniform(deriveSeed(seed), draw++) * running.length)]!;
}

/** A measurement with this validation loss at its only, or last, epoch. */
export function measured(valLoss: number | null, changes: Partial<Measurement> = {}): Measurement {
  const line: EpochMeasurement = {
    epoch: 1,
    step: 100,
    learningRate: 1e-3,
    trainLoss: valLoss,
    values: { valLoss, valAccuracy: valLoss === null ? null : Math.exp(-valLoss) },
    deviceSeconds: 1,
  };
  return {
    steps: 100,
    epochs: 1,
    examples: 3200,
    trainLoss: valLoss,
    best: valLoss === null ? null : line,
    curve: [line],
    test: null,
    stepLosses: [],
    stepSeconds: null,
    peakBytes: 1e8,
    parameters: 1000,
    deviceSeconds: 1,
    ...changes,
  };
}

export function completed(valLoss: number | null, changes: Partial<Measurement> = {}): Outcome {
  return { status: 'completed', measurement: measured(valLoss, changes) };
}

/** One outcome of every kind; paused is only who was asked to. */
export const OUTCOMES: Readonly<Record<Outcome['status'], (spec: TrialSpec, facts: StudyFacts) => Outcome>> = {
  completed: plausibleOutcome,
  earlyStopped: (spec, facts) => ({ ...asMeasured(plausibleOutcome(spec, facts)), status: 'earlyStopped' }),
  paused: plausibleOutcome,
  diverged: () => ({
    status: 'diverged',
    step: 3,
    measurement: measured(null, { curve: [], stepLosses: [{ step: 0, learningRate: 1e-6, loss: 2.3 }] }),
  }),
  dead: () => ({ status: 'dead', step: 3, measurement: measured(null, { curve: [] }) }),
  outOfMemory: () => ({ status: 'outOfMemory', where: 'device', detail: 'OOM when allocating tensor' }),
  invalid: () => ({ status: 'invalid', reason: 'model.layers[2] (Conv2D) does not fit the layer before it' }),
};

export function asMeasured(outcome: Outcome): { readonly measurement: Measurement } {
  if (!('measurement' in outcome)) throw new Error('expected a measurement');
  return { measurement: outcome.measurement };
}
