/**
 * How a study says what a search may vary.
 *
 * @module
 */
import { z } from 'zod';
import { dimensionProblems, flattenSpace } from '../search/space';
import type { Dimension, NestedSpace } from '../search/space';

/** A value of any hyperparameter. */
export const scalarSchema = z.union([z.number(), z.string(), z.boolean()]);

const nameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'must be the name of a hyperparameter');
const bounds = (number: z.ZodNumber) => z.tuple([number, number]);
const share = () => z.number().gt(0).lt(1);
const list = z.array(scalarSchema).min(1).max(1000);

const when = z
  .record(nameSchema, z.union([scalarSchema, z.array(scalarSchema).min(1).max(1000)]))
  .optional()
  .describe(
    'Values of other hyperparameters under which this one exists, e.g. { optimizerKind: [a, b] }; elsewhere the study keeps the value that it had.',
  );
const step = (number: z.ZodNumber) => number.optional().describe('Values are the lowest plus multiples of this.');

/** What zod cannot say of a single number: bounds that do not rise, steps that lead nowhere, values twice. */
function checked<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.superRefine((dimension, context) => {
    for (const { path, rule } of dimensionProblems(dimension as Dimension))
      context.addIssue({ code: 'custom', path: [...path], message: rule });
  });
}

const FORMS = [
  checked(
    z.strictObject({
      uniform: bounds(z.number()).describe('Lowest and highest value.'),
      step: step(z.number().gt(0)),
      when,
    }),
  ),
  checked(
    z.strictObject({
      logUniform: bounds(z.number().gt(0)).describe(
        'Lowest and highest value, both above 0; drawn evenly in the logarithm.',
      ),
      step: step(z.number().gt(0)),
      when,
    }),
  ),
  checked(
    z.strictObject({
      integer: bounds(z.int()).describe('Lowest and highest whole number.'),
      step: step(z.int().min(1)),
      log: z.boolean().optional().describe('Drawn evenly in the logarithm; the lowest must be above 0.'),
      when,
    }),
  ),
  checked(
    z.strictObject({ choice: list.describe('The values themselves, none nearer to another than to the rest.'), when }),
  ),
  checked(
    z.strictObject({
      ordinal: list.describe(
        'The values themselves in their order: neighbours are near, however far apart as numbers.',
      ),
      when,
    }),
  ),
  z.strictObject({
    times: z
      .array(z.number().gt(0))
      .min(1)
      .max(1000)
      .refine((factors) => new Set(factors).size === factors.length, 'must not have a value twice')
      .describe(
        "Factors on the value that the study holds when the stage begins, e.g. [0.5, 1, 2]: for a learning rate that an earlier stage finds. Values beyond a hyperparameter's range become its end.",
      ),
    when,
  }),
  z.strictObject({
    shrink: z
      .tuple([share(), share()])
      .refine(([low, high]) => low < high, 'must rise from the lowest to the highest value')
      .describe(
        'Of weightDecay only: least and most share of every weight that decay takes in a whole training, e.g. [0.01, 0.99]; the decay is what does so at the rate and the schedule that the study holds when the stage begins, and is drawn evenly in its logarithm.',
      ),
    when,
  }),
  z.strictObject({
    constant: scalarSchema.describe('One value for all trials but the first, which is the study as it stands.'),
    when,
  }),
] as const;

const branches = z
  .record(
    z.string().min(1),
    z.record(
      nameSchema,
      z.lazy(() => dimensionSchema),
    ),
  )
  .refine((all) => Object.keys(all).length > 0, 'must have at least 1 branch')
  .describe(
    "A choice by the branches' names (numbers, true and false are values), each with hyperparameters that exist under it only: { none: {}, dropout: { dropoutRate: { uniform: [0.1, 0.6] } } }.",
  );

/** A dimension, or a choice of branches with dimensions of their own. */
const dimensionSchema: z.ZodType<NestedSpace[string]> = z
  .union([...FORMS, z.strictObject({ branches, when })])
  .meta({ id: 'dimension' });

/**
 * A space as people write it; parsed, it is flat: branches have become choices, and what is in them depends on those.
 */
export const spaceSchema = z
  .record(nameSchema, dimensionSchema)
  .refine((space) => Object.keys(space).length > 0, 'must have at least one hyperparameter')
  .transform(flattenSpace);
