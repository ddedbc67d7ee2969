/**
 * `npm run schema`: writes the JSON Schema of the study language into the checkout. A test fails where it is out of
 * date.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { SCHEMA_FILE, schemaText } from './schema';

writeFileSync(SCHEMA_FILE, schemaText());
