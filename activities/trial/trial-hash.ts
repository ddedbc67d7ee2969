import { createHash } from 'node:crypto';
import type { RunTrialInput } from '../../workflows/contract';

/**
 * Content address of a trial: everything that its bits depend on, and nothing else.
 * Two trials of the same content in different studies, or under different ids, are one.
 *
 * @param engine Identity of the engine: TensorFlow version, device kind, threads and flags.
 * @param modelSource Hash of the user's model module; undefined for presets and layers.
 */
export function trialHash(input: RunTrialInput, engine: string, modelSource: string | undefined): string {
  const { dataset, model, optimizer, objective, trial } = input;
  const { hparams, seed, schedule, limit, stop, evaluate, record, process, exportModel } = trial;
  const content = {
    version: 1, engine, modelSource, model, optimizer, objective,
    dataset: { sha256: dataset.sha256, split: dataset.split },
    trial: { hparams, seed, schedule, limit, stop, evaluate, record, process, exportModel },
  };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** JSON with the keys of every object in order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner);
}
