/**
 * One training from its start or from a checkpoint to its end.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { EpochMeasurement, Evaluation } from '../../workflows/trial';
import type { FromTrainer, TrainJob, TrainReport } from '../trial/protocol';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint';
import type { LoadedDataset } from './data';
import { createDataOrder, type DataOrder } from './data-order';
import { exportModel } from './export-model';
import type { TrainableModel } from './model';
import { measurementOf } from './measurement';
import { encodeSafetensors, type HostTensors, writeDurably } from './safetensors';
import { scheduledLearningRate } from './schedules';
import { type StepPlan, stepScalars } from './step';
import type { StepEngine } from './step-engine';
import { initialTensors, weightsOf } from './step-state';
import { afterEpoch, afterStep, type Ending, epochTrainLoss, INITIAL_STATE, stepLossStride, type TrainingState } from './training-state';
import { endsEpoch, epochAt, epochsDone, type TrialFacts } from './trial-facts';

/** Messages that a trial sends on its way. */
export type TrialMessage = Extract<FromTrainer, { type: 'progress' | 'checkpoint' }>;

export interface TrialParts {
  readonly job: TrainJob;
  readonly dataset: LoadedDataset;
  readonly facts: TrialFacts;
  readonly model: TrainableModel;
  readonly plan: StepPlan;
  readonly engine: StepEngine;
  /** Identity of the engine, for the report. */
  readonly identity: string;
  readonly onGpu: boolean;
  readonly send: (message: TrialMessage) => void;
  /** Asked before every step. */
  readonly stopRequested: () => boolean;
}

/** Often enough for a progress bar, rarely enough to cost nothing. */
const PROGRESS_EVERY_MILLISECONDS = 200;

/** Examples evaluated between two signs of progress. */
const EVALUATION_CHUNK = 1024;

export class TrialRun {
  private state: TrainingState = INITIAL_STATE;
  private best: HostTensors | null = null;
  private readonly order: DataOrder;
  private readonly stride: number;
  private readonly stepSeconds: number[] = [];
  private secondsBefore = 0;
  private startedAt = 0;
  private progressAt = Number.NEGATIVE_INFINITY;
  private lastLoss: number | null = null;
  private written = -1;

  constructor(private readonly parts: TrialParts) {
    const { job: { trial }, facts } = parts;
    this.order = createDataOrder(facts.split.train, facts.batchSize, trial.seed);
    this.stride = trial.record.stepLosses ? stepLossStride(facts.stepsTotal) : 0;
  }

  /** Trains to the end, or to a stop: then a checkpoint holds all that was done. */
  async train(): Promise<TrainReport | { readonly stoppedAt: number }> {
    this.restore();
    while (this.state.ending === null && this.state.step < this.parts.facts.stepsTotal) {
      if (this.parts.stopRequested()) {
        this.checkpoint(false);
        return { stoppedAt: this.state.step };
      }
      await this.advance();
      // A stop, or the worker's death, is heard between two steps.
      await eventLoopTurn();
    }
    return this.finish();
  }

  private restore(): void {
    const { job: { resumeFrom }, engine, plan } = this.parts;
    if (resumeFrom === null) {
      engine.load(initialTensors(plan));
    } else {
      const checkpoint = decodeCheckpoint(readFileSync(resumeFrom));
      engine.load(checkpoint.tensors);
      this.state = checkpoint.state;
      this.best = checkpoint.best;
      this.written = checkpoint.state.step;
    }
    this.secondsBefore = this.state.deviceSeconds;
    this.startedAt = performance.now();
  }

  private async advance(): Promise<void> {
    const { job: { trial, checkpointEverySteps }, plan, engine, facts } = this.parts;
    const { step } = this.state;
    const learningRate = this.learningRate(step);
    const startedAt = performance.now();
    const loss = engine.step(this.order.batch(step), stepScalars(plan, trial.hparams, learningRate, step), [trial.seed, step]);
    if (trial.record.stepTimesAfter !== undefined) this.stepSeconds.push((performance.now() - startedAt) / 1000);
    this.state = afterStep(this.state, { loss, learningRate, stride: this.stride }, trial.stop);
    this.lastLoss = Number.isFinite(loss) ? loss : null;
    this.progress();
    if (this.state.ending !== null) return;
    const improved = endsEpoch(facts, this.state.step) && (await this.closeEpoch());
    if (improved || this.state.step % checkpointEverySteps === 0) this.checkpoint(improved);
  }

  private learningRate(step: number): number {
    const { job: { trial }, facts: { stepsTotal, trainExamples, batchSize } } = this.parts;
    const position = { step, stepsTotal, stepsPerEpoch: trainExamples / batchSize };
    return scheduledLearningRate(trial.schedule, Number(trial.hparams['learningRate']), position, this.state.schedule);
  }

  /** Adds a line to the curve. @returns Whether it is the best one and its weights were kept. */
  private async closeEpoch(): Promise<boolean> {
    const { job: { trial, objective }, facts, engine, model } = this.parts;
    const { step } = this.state;
    const { validation } = trial.evaluate;
    const validated = validation === 'epoch' || (validation === 'end' && step === facts.stepsTotal);
    const found = validated ? await this.evaluate('train', facts.split.validation) : null;
    const line: EpochMeasurement = {
      epoch: epochAt(facts, step), step, learningRate: this.learningRate(step - 1), trainLoss: epochTrainLoss(this.state),
      valLoss: found?.loss ?? null, valAccuracy: found?.accuracy ?? null, deviceSeconds: this.seconds(),
    };
    this.state = afterEpoch(this.state, line, validated, { schedule: trial.schedule, objective, stop: trial.stop });
    if (this.state.best !== line) return false;
    this.best = weightsOf(model, engine.read());
    return true;
  }

  private async evaluate(part: 'train' | 'test', indices: Int32Array): Promise<Evaluation> {
    let [lossSum, correct] = [0, 0];
    for (let from = 0; from < indices.length; from += EVALUATION_CHUNK) {
      const sums = this.parts.engine.evaluate(part, indices.subarray(from, from + EVALUATION_CHUNK));
      lossSum += sums.lossSum;
      correct += sums.correct;
      this.progress();
      await eventLoopTurn();
    }
    const loss = lossSum / indices.length;
    return { loss: Number.isFinite(loss) ? loss : null, accuracy: correct / indices.length, examples: indices.length };
  }

  private checkpoint(best: boolean): void {
    const { job: { scratchFolder }, engine, facts, send } = this.parts;
    const { step } = this.state;
    if (step === this.written) return;
    const deviceSeconds = this.seconds();
    this.state = { ...this.state, deviceSeconds };
    const path = join(scratchFolder, `checkpoint-${step}.safetensors`);
    const bytes = encodeCheckpoint({ state: this.state, tensors: engine.read(), best: this.best });
    writeDurably(path, bytes);
    this.written = step;
    send({ type: 'checkpoint', checkpoint: { path, step, epoch: epochsDone(facts, step), best, bytes: bytes.length, deviceSeconds } });
  }

  private progress(): void {
    const now = performance.now();
    if (now - this.progressAt < PROGRESS_EVERY_MILLISECONDS) return;
    this.progressAt = now;
    const { facts, send } = this.parts;
    const { step } = this.state;
    send({
      type: 'progress', step, stepsTotal: facts.stepsTotal, epoch: epochAt(facts, step), loss: this.lastLoss, deviceSeconds: this.seconds(),
    });
  }

  private seconds(): number {
    return this.secondsBefore + (performance.now() - this.startedAt) / 1000;
  }

  private async finish(): Promise<TrainReport> {
    const { job: { trial, scratchFolder }, engine, model, dataset, facts, identity, onGpu } = this.parts;
    if (this.state.ending === null && this.state.epochLoss.count > 0) await this.closeEpoch();
    const ending = endingOf(this.state, facts);
    const lost = ending.status === 'diverged' || ending.status === 'dead';
    // Without a validated epoch, weights that went astray are worth nothing to anybody.
    const weights = this.best ?? (lost ? null : weightsOf(model, engine.read()));
    const test = weights !== null && trial.evaluate.test ? await this.test(weights) : null;
    const measurement = measurementOf({
      state: { ...this.state, deviceSeconds: this.seconds() }, facts, test, parameters: model.parameters, onGpu,
      stepSeconds: this.stepSeconds, stepTimesAfter: trial.record.stepTimesAfter,
    });
    const weightsPath = join(scratchFolder, 'weights.safetensors');
    if (weights !== null) writeDurably(weightsPath, encodeSafetensors(weights, { format: 'stepwell-weights/1' }));
    const modelFolder = join(scratchFolder, 'model');
    const exported = weights !== null && trial.exportModel;
    if (exported) await exportModel(modelFolder, { model, weights, classNames: dataset.manifest.classNames, hparams: trial.hparams });
    return {
      outcome: { ...ending, measurement }, engine: identity,
      weightsPath: weights === null ? null : weightsPath, modelFolder: exported ? modelFolder : null,
    };
  }

  private async test(weights: HostTensors): Promise<Evaluation> {
    const { engine, job: { dataset }, facts } = this.parts;
    engine.load(new Map([...engine.read(), ...weights]));
    return this.evaluate(dataset.split.testFrom, facts.split.test);
  }
}

/** A patience that runs out with the last step has stopped nothing early. */
function endingOf({ ending, step }: TrainingState, { stepsTotal }: TrialFacts): Ending {
  return ending === null || (ending.status === 'earlyStopped' && step >= stepsTotal) ? { status: 'completed' } : ending;
}
