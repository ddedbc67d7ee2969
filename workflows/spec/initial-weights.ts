import { z } from 'zod';
import { addressRule } from './dataset-address';
import { patternsSchema } from './layer-patterns';

/** What a model's weights start from. */
export const initialWeightsSchema = z
  .strictObject({
    study: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be the name of a study')
      .optional()
      .describe('Name of an earlier study in the same store: the weights of its final model, or of trial.'),
    trial: z
      .string()
      .regex(/^[a-z0-9-]+\/[0-9.]+$/, 'must be the id of a trial, such as final-train/001')
      .optional()
      .describe('A trial of that study whose weights were kept, e.g. final-train/001.'),
    file: z
      .string()
      .min(1)
      .refine((uri) => addressRule(uri) === undefined, { error: ({ input }) => addressRule(String(input)) })
      .optional()
      .describe(
        'A safetensors file: a path relative to the study file, file:///absolute/file or s3://bucket/key. Its tensors are named <layer>/<weight> or <layer>.<weight>, e.g. conv1/kernel, and laid out as TensorFlow has them.',
      ),
    exclude: patternsSchema
      .default([])
      .describe('Layers that start anew, by name or pattern: a head for other classes, say.'),
    allowMissing: z
      .boolean()
      .default(false)
      .describe('Whether weights that are not there start anew, too; otherwise the model is invalid.'),
  })
  .superRefine(({ study, trial, file }, context) => {
    const add = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (study === undefined && file === undefined)
      add('study', 'is required, or file: where the weights come from is one of the two');
    if (study !== undefined && file !== undefined)
      add('file', 'must be left out where study says where they come from');
    if (study === undefined && trial !== undefined) add('trial', 'must be of a study: name it in study');
  })
  .describe('Weights to start from, loaded by the names of layers, with a fresh optimizer.');
