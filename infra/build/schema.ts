import path from 'node:path';
import { studyJsonSchema } from '../../workflows/spec';

export const PACKAGE_FOLDER = path.join(__dirname, '..', '..');

/** Where editors that open a checkout find the schema; the examples name it. */
export const SCHEMA_FILE = path.join(PACKAGE_FOLDER, 'workflows', 'spec', 'study.schema.json');

/** The JSON Schema of the study language as a file's text. */
export function schemaText(): string {
  return `${JSON.stringify(studyJsonSchema(), null, 2)}\n`;
}
