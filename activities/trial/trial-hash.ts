import { readFile } from 'node:fs/promises';
import path from 'node:path';
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
 * @param modelSource Hash of the user's model module; undefined for presets and layers.
 */
export function trialHash(
  input: RunTrialInput,
  { engine, device }: Pick<TrainerProcess, 'engine' | 'device'>,
  modelSource: string | undefined,
): string {
  const { dataset, model, optimizer, objective, trial, fresh } = input;
  const { hparams, seed, schedule, batchGrowth, limit, stop, evaluate, record, process, exportModel } = trial;
  const content = {
    version: 1,
    engine,
    modelSource,
    model,
    optimizer,
    objective,
    fresh,
    ...(process === 'fresh' && { device }),
    dataset: { sha256: dataset.sha256, split: dataset.split },
    trial: { hparams, seed, schedule, batchGrowth, limit, stop, evaluate, record, process, exportModel },
  };
  return sha256Of(canonicalJson(content));
}

/**
 * Hash of the user's model module, part of a trial's content address; undefined for presets and layers, which the study
 * holds itself.
 */
export async function modelSourceHash(model: ModelSpec, modelFolder: string | null): Promise<string | undefined> {
  if (!('module' in model) || modelFolder === null) return undefined;
  // A module that is not there, or lies outside, is the trainer's to report: it knows how modules are resolved.
  const source = await readFile(path.join(modelFolder, model.module)).catch(() => undefined);
  return source && sha256Of(source);
}
