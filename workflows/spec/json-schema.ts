import { z } from 'zod';
import { studySchema } from './study-schema';

/**
 * The study language as a JSON Schema (draft 7, which editors understand best), of what people write: defaults may be
 * left out.
 */
export function studyJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(studySchema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return { $schema, title: 'Stepwell study', ...schema };
}
