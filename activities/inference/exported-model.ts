/**
 * The folder of an exported model, as `training/tensorflow/export` writes it.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { IMAGE_FITS } from '../../workflows/words/study';
import type { ImageFit } from '../../workflows/words/study';
import type { TaskName } from '../../workflows/tasks';

export const MODEL_CARD = 'model-card.json';

export interface ExportedModel {
  readonly folder: string;
  readonly task: TaskName;
  /** Height, width, channels of what it is asked about. */
  readonly shape: readonly [number, number, number];
  /** Of classes, or of targets, in the order of the outputs. */
  readonly names: readonly string[];
  /** How the pictures that it learnt from were made to fit; `cover` where it learnt from none. */
  readonly fit: ImageFit;
}

/** What is there is no exported model that can be asked; the message has a line for each problem. */
export class ModelUnreadable extends Error {
  override readonly name = 'ModelUnreadable';
}

const side = z.number().int().positive();

const card = z.object({
  format: z.literal('stepwell-model-card/1'),
  input: z.object({
    shape: z.tuple([side, side, z.union([z.literal(1), z.literal(3)])]),
    fit: z.enum(IMAGE_FITS).default('cover'),
  }),
  task: z.enum(['classification', 'multiLabel', 'regression']),
  classNames: z.array(z.string()).min(1),
});

/** @throws ModelUnreadable */
export function readExportedModel(folder: string): ExportedModel {
  const file = path.join(folder, MODEL_CARD);
  if (!existsSync(file))
    throw new ModelUnreadable(
      `${folder} has no ${MODEL_CARD}: name the folder model/ of a study, which has it beside saved_model/`,
    );
  const parsed = card.safeParse(parsedJson(file));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path: place, message }) => `${file}: ${place.map(String).join('.') || 'the card'}: ${message}`,
    );
    throw new ModelUnreadable([...problems, 'export the model again with this version of Stepwell'].join('\n'));
  }
  if (!existsSync(path.join(savedModelIn(folder), 'saved_model.pb')))
    throw new ModelUnreadable(
      `${folder} has no saved_model/saved_model.pb, which is what answers: it is left out of a model above 2 GiB, and else copied with the folder`,
    );
  const { input, task, classNames } = parsed.data;
  return { folder, task, shape: input.shape, names: classNames, fit: input.fit };
}

export const savedModelIn = (folder: string): string => path.join(folder, 'saved_model');

function parsedJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ModelUnreadable(`${file} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
