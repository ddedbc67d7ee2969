/**
 * How a study says when a search has found what there is to find.
 *
 * @module
 */
import { z } from 'zod';

export const terminatorSchema = z
  .strictObject({
    improvementToNoise: z
      .number()
      .gt(0)
      .max(10)
      .default(0.25)
      .describe(
        'The search goes on while a further point is expected to improve by more than so many times the noise.',
      ),
    minTrials: z
      .int()
      .min(8)
      .max(10_000)
      .default(20)
      .describe('Points with a score before which it goes on in any case.'),
  })
  .describe(
    'Ends the search before its last trial once no further point is expected to improve on the best by more than noise, as a Gaussian process sees it. Absent: it goes on to `trials`.',
  );
