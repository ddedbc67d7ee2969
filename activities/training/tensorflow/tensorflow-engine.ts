import { batchSizesOf } from '../../../workflows/trials/batch-growth';
import { numericHParam } from '../../../workflows/trials/hparams';
import type { TrialSpec } from '../../../workflows/words/trial';
import { splitIndices } from '../../datasets/packed/split';
import type { TrainJob } from '../../trial/protocol';
import type { OpenTraining, TrainingEngine } from '../engine';
import type { LoadedDataset } from '../examples/dataset';
import { classWeightsOf } from '../tasks';
import { EngineCache } from './engine-cache';
import { exportModel } from './export/export-model';
import { engineIdentity } from './identity';
import { buildModel, type TrainableModel } from './model';
import { loadWeights } from './model/initial-weights';
import { layersOf, namedLayers } from './model/layer-names';
import { native } from './native';
import { planStep, stepScalars } from './step';
import { averagesOf, initialTensors, weightsOf } from './step-state';

/** TensorFlow behind the port: a job's model, and a compiled step that later jobs of the same structure use again. */
export class TensorFlowEngine implements TrainingEngine {
  readonly identity = engineIdentity();
  readonly onGpu = native().binding.isUsingGpuDevice();
  private readonly engines: EngineCache;

  constructor(readonly residentBytes: number = Number.POSITIVE_INFINITY) {
    this.engines = new EngineCache(residentBytes);
  }

  async open(job: TrainJob, dataset: LoadedDataset): Promise<OpenTraining> {
    const { trial, model: spec, modelBundle } = job;
    const { shape, classes } = dataset.manifest;
    const { hparams, seed } = trial;
    const model = await buildModel({ spec, shape, classes, hparams, seed, modelBundle });
    try {
      if (job.initialWeights !== null) loadWeights(model, job.initialWeights, spec.initialWeights);
      return this.training(job, dataset, model);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  private training(job: TrainJob, data: LoadedDataset, model: TrainableModel): OpenTraining {
    const { trial, optimizer, dataset, task } = job;
    const { hparams, batchGrowth } = trial;
    const { classes, classNames } = data.manifest;
    const plan = planStep(model, classes, optimizer, hparams, {
      ...(task !== undefined && { task }),
      ...weightsIn(job, data),
    });
    const engine = this.engines.open({
      plan,
      dataset: data,
      datasetKey: dataset.sha256,
      batchSizes: batchSizesOf(numericHParam(hparams, 'batchSize'), batchGrowth),
      withNoise: measuresNoise(trial),
    });
    return {
      parameters: model.parameters,
      layers: namedLayers(model.network).map(({ name }) => name),
      initialState: () => initialTensors(plan),
      weightsOf: (state) => weightsOf(model, state),
      averagesOf: (state) => averagesOf(plan, state),
      statistics: statisticsOf(model),
      stepScalars: (step, learningRate, momentum, averageShare) =>
        stepScalars(plan, hparams, learningRate, step, momentum, averageShare),
      engine,
      export: (folder, weights, measurement) =>
        exportModel(folder, { task, model, weights, classNames, hparams, measurement, fit: dataset.source.fit }),
      close: () => model.dispose(),
    };
  }

  close(): void {
    this.engines.close();
  }
}

function weightsIn(
  { classWeights, dataset, trial }: TrainJob,
  { manifest, train }: LoadedDataset,
): { readonly classWeights?: readonly number[] } {
  if (classWeights === undefined) return {};
  const labels = splitIndices(dataset.split, trial.split).train.map((example) => train.labels[example]!);
  return { classWeights: classWeightsOf(classWeights, manifest.classNames, labels) };
}

const measuresNoise = ({ record: { noiseScaleEvery }, batchGrowth }: TrialSpec): boolean =>
  noiseScaleEvery !== undefined || (batchGrowth !== undefined && 'noiseScale' in batchGrowth);

/** Moving statistics of batch normalizations that train, each with the share that it keeps at every step. */
function statisticsOf({ network, variables }: TrainableModel): ReadonlyMap<string, number> {
  const layers = layersOf(network);
  return new Map(
    variables
      .filter(({ trainable, frozen }) => !trainable && !frozen)
      .flatMap(({ key }): [string, number][] => {
        const { momentum } = layers[Number(key.split('.')[1])] as { readonly momentum?: number };
        return momentum === undefined ? [] : [[key, momentum]];
      }),
  );
}
