import { compacted, StudyTooLarge } from '../../workflows/study-snapshot';
import type { StudySnapshot } from '../../workflows/study-snapshot';
import type { ResolvedStudy } from '../../workflows/study';
import type { EpochMeasurement, Trial, TrialSpec } from '../../workflows/trial';

const line = (epoch: number): EpochMeasurement => ({ epoch, step: 10 * epoch, learningRate: 1e-3, trainLoss: 0.123456789, valLoss: 0.123456789, valAccuracy: 0.98765, deviceSeconds: 1.23456789 });

/** A trial that ended with a curve of so many epochs, as the longest that a trainer reports. */
function trial(number: number, epochs: number): Trial {
  const spec: TrialSpec = {
    trialId: `regularization-sweep/${number}`, label: `point ${number}`, seed: number + 1,
    hparams: { learningRate: 0.00123456789, batchSize: 32, momentum: 0.9, weightDecay: 0.00123456789, dropoutRate: 0.123456789, labelSmoothing: 0.05, l1: 0, l2: 0 },
    schedule: { name: 'cosine', finalFactor: 0, warmupSteps: 20 }, limit: { epochs }, stop: {}, evaluate: { validation: 'epoch', test: false },
    record: { stepLosses: false }, process: 'warm', exportModel: false,
  };
  const measurement = {
    steps: 10 * epochs, epochs, examples: 320 * epochs, trainLoss: 0.1, best: line(epochs), curve: Array.from({ length: epochs }, (_, i) => line(i + 1)), test: null,
    stepLosses: [], stepSeconds: null, peakBytes: 500_000_000, parameters: 34_826, deviceSeconds: 12.3456789,
  };
  return {
    spec,
    result: {
      trialId: spec.trialId, hash: 'a'.repeat(64), outcome: { status: 'completed', measurement }, weights: { key: `trials/${'a'.repeat(64)}/weights.safetensors`, sha256: 'b'.repeat(64), bytes: 1 },
      model: null, receipts: [], reused: false, worker: 'host/123', engine: 'tensorflow 2.21.0, tfjs 4.22.0, cpu, x64-avx512_vnni, threads 1, onednn 1, compiled 1',
    },
  };
}

function snapshot(trials: readonly Trial[]): StudySnapshot {
  const study = {} as ResolvedStudy;
  return { study, stages: [{ stageId: 'regularization-sweep', trials, summaries: [], visible: 0 }], receipts: [], deviceSeconds: 0, examples: 0, final: null, engines: [] };
}

describe('a snapshot', () => {
  it('keeps the curves of a stage with few trials', () => {
    const small = snapshot([trial(1, 30), trial(2, 30)]);
    expect(compacted(small)).toEqual(small);
  });

  it('of the longest sweep, with the longest curves, fits into the input of a workflow', () => {
    const longest = snapshot(Array.from({ length: 1000 }, (_, i) => trial(i, 500)));
    const compact = compacted(longest);
    expect(JSON.stringify(compact).length).toBeLessThan(1_900_000);
    const [stage] = compact.stages;
    expect(stage?.trials).toHaveLength(1000);
    expect(stage?.trials[999]?.result?.outcome).toMatchObject({ status: 'completed', measurement: { best: line(500), curve: [] } });
  });

  it('that would not fit all the same is refused in words', () => {
    expect(() => compacted(snapshot(Array.from({ length: 3000 }, (_, i) => trial(i, 1))))).toThrow(StudyTooLarge);
  });
});
