import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSpec } from '../../workflows/words/study';
import { sha256Of } from '../content-hash';

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
