import type { RunTrialInput } from '../../workflows/words/contract';
import type { ModelSpec } from '../../workflows/words/study';
import { canonicalJson, sha256Of } from '../content-hash';
import type { TrainerProcess } from './trainer-process';

/**
 * Content address of a trial: everything that its bits depend on, and nothing else. Two trials of the same content in
 * different studies, or under different ids, are one.
 *
 * A trial in a fresh process is asked for its times and its memory, so its device counts too: found again by a later
 * study, on the same device, its measurement is that study's own.
 *
 * @param trainer Identity of its engine (TensorFlow version, device kind, threads and flags), and of its device.
 */
export function trialHash(input: RunTrialInput, { engine, device }: Pick<TrainerProcess, 'engine' | 'device'>): string {
  const { dataset, model, task, optimizer, objective, classWeights, sampler, trial, fresh } = input;
  const { hparams, seed, split, schedule, batchGrowth, limit, stop, evaluate, record, process, exportModel } = trial;
  const content = {
    version: 1,
    engine,
    model: contentOf(model),
    task,
    optimizer,
    objective,
    classWeights,
    sampler,
    fresh,
    ...(process === 'fresh' && { device }),
    dataset: { sha256: dataset.sha256, split: dataset.split },
    trial: { hparams, seed, split, schedule, batchGrowth, limit, stop, evaluate, record, process, exportModel },
  };
  return sha256Of(canonicalJson(content));
}

/** What a model is, not what its files are called. */
function contentOf({ initialWeights, ...model }: ModelSpec): unknown {
  const network = 'module' in model ? { bundle: model.bundle?.sha256, freeze: model.freeze } : model;
  if (initialWeights === undefined) return network;
  const { weights, exclude, allowMissing } = initialWeights;
  return { ...network, initialWeights: { sha256: weights?.sha256, exclude, allowMissing } };
}
