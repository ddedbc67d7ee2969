/**
 * One training from its start or from a checkpoint to its end.
 *
 * @module
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { EpochMeasurement, Evaluation, Measurement } from '../../../workflows/words/outcome';
import { validationValues } from '../../../workflows/tasks';
import { phaseAt } from '../../../workflows/trials/length';
import type { TrainReport } from '../../trial/protocol';
import { readCheckpoint, writeCheckpoint } from './checkpoint';
import { StepBatches, trialOrder } from './data-order';
import { scorerOf, type Scorer } from '../tasks';
import { evaluateExamples } from './evaluation';
import { learningRateAt, momentumAt } from './learning-rate';
import { measurementOf } from './measurement';
import { createNoiseWatch, type NoiseWatch } from './noise-watch';
import type { HostTensors } from '../safetensors';
import { Progress } from './progress';
import {
  afterEpoch,
  afterStep,
  epochTrainLoss,
  INITIAL_STATE,
  stepLossStride,
  type TrainingState,
} from './training-state';
import { endsEpoch, epochAt, epochsDone, type TrialFacts, withPhases } from './trial-facts';
import type { TrialParts } from './trial-parts';
import { writeResults } from './trial-results';

/** Breaks off what is under way, which is done again by whoever goes on. */
class StopRequested extends Error {
  override readonly name = 'StopRequested';
}

export class TrialRun {
  private state: TrainingState = INITIAL_STATE;
  private facts: TrialFacts;
  private best: HostTensors | null = null;
  private readonly batches: StepBatches;
  private readonly progress: Progress;
  private readonly stride: number;
  private readonly noise: NoiseWatch;
  private readonly stepSeconds: number[] = [];
  private written = -1;

  constructor(private readonly parts: TrialParts) {
    const {
      job: { trial },
      facts,
      training: { engine },
    } = parts;
    this.facts = facts;
    this.batches = new StepBatches(trialOrder(parts.job, facts, parts.dataset), engine.ahead);
    this.progress = new Progress(parts.send);
    this.stride = trial.record.stepLosses ? stepLossStride(facts.stepsTotal) : 0;
    this.noise = createNoiseWatch(trial, facts);
  }

  /** Trains to the end, or to a stop: then a checkpoint holds all that was done. */
  async train(): Promise<TrainReport | { readonly stoppedAt: number }> {
    this.restore();
    try {
      return await this.run();
    } catch (error) {
      if (!(error instanceof StopRequested)) throw error;
      this.checkpoint(null);
      return { stoppedAt: this.state.step };
    }
  }

  private async run(): Promise<TrainReport> {
    if (this.epochIsOpen()) await this.settle();
    while (this.state.ending === null && this.state.step < this.facts.stepsTotal) {
      this.heedStop();
      if (this.pauseIsDue()) return this.pause();
      await this.advance();
      // A stop, or the worker's death, is heard between two steps.
      await eventLoopTurn();
    }
    return this.finish();
  }

  private heedStop(): void {
    if (this.parts.stopRequested()) throw new StopRequested();
  }

  /** The checkpoint that it goes on from was written when a stop broke an epoch's evaluation off. */
  private epochIsOpen(): boolean {
    const { ending, step, epochLoss } = this.state;
    return ending === null && endsEpoch(this.facts, step) && epochLoss.count > 0;
  }

  /** Also where the checkpoint that it went on from is past the pause. */
  private pauseIsDue(): boolean {
    const { pauseAfterEpochs } = this.parts.job.trial;
    return pauseAfterEpochs !== undefined && epochsDone(this.facts, this.state.step) >= pauseAfterEpochs;
  }

  /** Ends this segment. Nothing but the checkpoint is written: the weights are those of a training under way. */
  private pause(): TrainReport {
    this.checkpoint(null);
    return {
      outcome: { status: 'paused', measurement: this.measurement(null) },
      engine: this.parts.identity,
      weightsPath: null,
      modelFolder: null,
    };
  }

  private restore(): void {
    const {
      job: { resumeFrom },
      training,
    } = this.parts;
    if (resumeFrom === null) {
      training.engine.load(training.initialState());
    } else {
      const checkpoint = readCheckpoint(resumeFrom);
      training.engine.load(checkpoint.tensors);
      // What is younger than the checkpoint is as in a trial that just begins.
      this.state = { ...INITIAL_STATE, ...checkpoint.state };
      this.facts = withPhases(this.parts.facts, this.state.grown);
      this.best = checkpoint.best;
      this.written = checkpoint.state.step;
    }
    this.progress.start(this.state.deviceSeconds);
  }

  private async advance(): Promise<void> {
    const {
      job: { trial },
      training,
    } = this.parts;
    const { step } = this.state;
    const learningRate = this.learningRate(step);
    const scalars = training.stepScalars(step, learningRate, momentumAt(step, trial, this.facts));
    this.batches.announceAfter(step, this.facts);
    this.measureNoise(scalars);
    const startedAt = performance.now();
    const loss = training.engine.step(this.batches.at(step, this.facts), scalars, [trial.seed, step]);
    if (trial.record.stepTimesAfter !== undefined) this.stepSeconds.push((performance.now() - startedAt) / 1000);
    this.state = afterStep(this.state, { loss, learningRate, stride: this.stride }, trial.stop);
    this.progress.stepped(loss);
    this.progress.report(this.state.step, this.facts);
    if (this.state.ending === null) await this.settle();
  }

  /** What a step brings with it: the end of an epoch, a checkpoint. */
  private async settle(): Promise<void> {
    const improved = endsEpoch(this.facts, this.state.step) ? await this.closeEpoch() : null;
    if (this.checkpointIsDue()) this.checkpoint(improved);
  }

  private learningRate(step: number): number {
    const { trial, optimizer } = this.parts.job;
    return learningRateAt(step, trial, optimizer, this.facts, this.state.schedule);
  }

  /** Before a step at which somebody wants to know. */
  private measureNoise(scalars: Float32Array): void {
    const {
      job: {
        trial: { seed },
      },
      training: { engine },
    } = this.parts;
    const { step } = this.state;
    const { batchSize } = phaseAt(this.facts.phases, step);
    if (!this.noise.isDue(step, batchSize)) return;
    this.state = this.noise.observed(
      this.state,
      engine.gradientNorms(this.batches.at(step, this.facts), scalars, [seed, step]),
      batchSize,
    );
  }

  /** By the clock as well, which decides when a checkpoint is written and nothing of what is in it. */
  private checkpointIsDue(): boolean {
    const { checkpointEverySteps = Number.POSITIVE_INFINITY, checkpointEverySeconds } = this.parts.job;
    return (
      this.state.step % checkpointEverySteps === 0 ||
      this.progress.seconds() - this.state.deviceSeconds >= checkpointEverySeconds
    );
  }

  /** Adds a line to the curve. @returns The state that was read, if it is the best one and its weights were kept. */
  private async closeEpoch(): Promise<HostTensors | null> {
    const {
      job: { trial, objective },
      training,
    } = this.parts;
    const {
      facts,
      state: { step },
    } = this;
    const { validation } = trial.evaluate;
    const validated = validation === 'epoch' || (validation === 'end' && step === facts.stepsTotal);
    const found = validated ? await this.judged('train', facts.split.validation) : null;
    const line: EpochMeasurement = {
      epoch: epochAt(facts, step),
      step,
      learningRate: this.learningRate(step - 1),
      trainLoss: epochTrainLoss(this.state),
      values: found === null ? {} : validationValues(found.values()),
      deviceSeconds: this.progress.seconds(),
      ...(trial.batchGrowth !== undefined && { batchSize: phaseAt(facts.phases, step - 1).batchSize }),
    };
    this.state = afterEpoch(this.state, line, validated, { schedule: trial.schedule, objective, stop: trial.stop });
    this.state = this.noise.grown(this.state, facts.phases);
    this.facts = withPhases(this.parts.facts, this.state.grown);
    // A checkpoint of this step does not have this line.
    this.written = -1;
    if (this.state.best !== line) return null;
    const tensors = training.engine.read();
    this.best = training.weightsOf(tensors);
    return tensors;
  }

  private async judged(part: 'train' | 'test', indices: Int32Array): Promise<Scorer> {
    const between = async (more: boolean): Promise<void> => {
      this.progress.report(this.state.step, this.facts);
      await eventLoopTurn();
      if (more) this.heedStop();
    };
    const scorer = scorerOf(this.parts.dataset.manifest, indices.length, this.parts.job.task);
    return evaluateExamples({ engine: this.parts.training.engine, part, indices, between }, scorer);
  }

  /** @param improved The state at this step, if the best epoch has just ended with it. */
  private checkpoint(improved: HostTensors | null): void {
    const {
      job: { scratchFolder, trial },
      training: { engine },
      send,
    } = this.parts;
    const { step } = this.state;
    // Nobody goes on with a trial in a process of its own.
    if (step === this.written || trial.process === 'fresh') return;
    const deviceSeconds = this.progress.seconds();
    this.state = { ...this.state, deviceSeconds };
    const path = join(scratchFolder, `checkpoint-${step}.safetensors`);
    const written = writeCheckpoint(path, { state: this.state, tensors: improved ?? engine.read(), best: this.best });
    this.written = step;
    const [epoch, best] = [epochsDone(this.facts, step), improved !== null];
    send({ type: 'checkpoint', checkpoint: { path, step, epoch, best, ...written, deviceSeconds } });
  }

  private async finish(): Promise<TrainReport> {
    if (this.state.ending === null && this.state.epochLoss.count > 0) await this.closeEpoch();
    return writeResults(this.parts, {
      state: this.state,
      facts: this.facts,
      best: this.best,
      test: (weights) => this.test(weights),
      measured: (test) => this.measurement(test),
    });
  }

  private measurement(test: Evaluation | null): Measurement {
    const {
      job: { trial, objective },
      training: { parameters },
      onGpu,
    } = this.parts;
    return measurementOf({
      metric: objective.metric,
      state: { ...this.state, deviceSeconds: this.progress.seconds() },
      facts: this.facts,
      test,
      parameters,
      onGpu,
      stepSeconds: this.stepSeconds,
      stepTimesAfter: trial.record.stepTimesAfter,
    });
  }

  private async test(weights: HostTensors): Promise<Evaluation> {
    const {
      training: { engine },
      job: { dataset },
    } = this.parts;
    const trained = engine.read();
    engine.load(new Map([...trained, ...weights]));
    try {
      const { test } = this.facts.split;
      const found = await this.judged(dataset.split.testFrom, test);
      return { values: found.values(), examples: test.length, ...found.details() };
    } catch (error) {
      // A checkpoint holds what was trained, not what is tested.
      engine.load(trained);
      throw error;
    }
  }
}
