/**
 * Engines kept for the trials to come: compiling one takes longer than many a trial of a sweep.
 *
 * @module
 */
import { createCompiledEngine } from './compiled/compiled-engine';
import { recordStep, type StepRecordings } from './compiled/recording/record-step';
import { recordingDigest } from './compiled/recording/recording-digest';
import { layoutOf } from './compiled/state-layout';
import { imageBytesOf, type LoadedDataset } from '../examples/dataset';
import type { StepPlan } from './step';
import type { StepEngine } from '../engine';

/**
 * Each holds a set of weights, and the data set if that is not streamed; a sweep over the batch size goes back and
 * forth between a few.
 */
const ENGINES_MAX = 4;

/** Some megabytes each at most; with them another batch size or another data set costs no recording. */
const RECORDINGS_MAX = 8;

export interface EngineRequest {
  readonly plan: StepPlan;
  readonly dataset: LoadedDataset;
  /** Content hash of the data set. */
  readonly datasetKey: string;
  readonly batchSizes: readonly number[];
  readonly withNoise: boolean;
}

interface HeldEngine {
  readonly engine: StepEngine;
  /** Of images in its graph. */
  readonly imageBytes: number;
}

interface Recorded {
  readonly recordings: StepRecordings;
  /** Of all that is constant in them. */
  readonly digest: string;
}

export class EngineCache {
  /** Least recently used first. */
  private readonly engines = new Map<string, HeldEngine>();
  private readonly recordings = new Map<string, Recorded>();

  /**
   * @param residentBytes Of images, that all engines together may hold; a data set of more is streamed. While one is
   *   loaded it exists twice.
   */
  constructor(readonly residentBytes: number = Number.POSITIVE_INFINITY) {}

  /** An engine for this plan; it belongs to the cache, and its state to the last who loaded one. */
  open({ plan, dataset, datasetKey, batchSizes, withNoise }: EngineRequest): StepEngine {
    const { recordings, digest } = this.recorded(plan, withNoise);
    const key = JSON.stringify([digest, datasetKey, batchSizes]);
    const imageBytes = dataset.streamedFrom === undefined ? imageBytesOf(dataset) : 0;
    if (!this.engines.has(key)) this.makeRoom(imageBytes);
    return getOrMake(
      this.engines,
      key,
      ENGINES_MAX,
      () => ({
        engine: createCompiledEngine({ plan, parts: dataset, batchSizes, withNoise, recordings }),
        imageBytes,
      }),
      ({ engine }) => engine.dispose(),
    ).engine;
  }

  /** A plan of which a recording alone tells what it computes is recorded each time; its engines are shared all the same. */
  private recorded(plan: StepPlan, withNoise: boolean): Recorded {
    const { model, task, optimizer, classWeights, augmentations, active, scalarNames } = plan;
    const record = (): Recorded => {
      const recordings = recordStep(plan, withNoise);
      return { recordings, digest: recordingDigest(recordings, layoutOf(plan)) };
    };
    if (model.structure === null) return record();
    const structure = JSON.stringify([
      model.structure,
      task,
      optimizer.name,
      classWeights,
      augmentations,
      active,
      scalarNames,
      withNoise,
    ]);
    return getOrMake(this.recordings, structure, RECORDINGS_MAX, record, () => undefined);
  }

  private makeRoom(imageBytes: number): void {
    let held = [...this.engines.values()].reduce((sum, one) => sum + one.imageBytes, imageBytes);
    for (const [key, oldest] of this.engines) {
      if (held <= this.residentBytes) return;
      if (oldest.imageBytes === 0) continue;
      oldest.engine.dispose();
      this.engines.delete(key);
      held -= oldest.imageBytes;
    }
  }

  /** Frees every engine. */
  close(): void {
    this.engines.forEach(({ engine }) => engine.dispose());
    this.engines.clear();
    this.recordings.clear();
  }
}

/** What a key stands for, now the youngest; what is made first makes room by dropping the least recently used. */
function getOrMake<Value>(
  held: Map<string, Value>,
  key: string,
  most: number,
  make: () => Value,
  drop: (value: Value) => void,
): Value {
  let value = held.get(key);
  if (value === undefined) {
    for (const [oldest, dropped] of held) {
      if (held.size < most) break;
      drop(dropped);
      held.delete(oldest);
    }
    value = make();
  }
  held.delete(key);
  held.set(key, value);
  return value;
}
