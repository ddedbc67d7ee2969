import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_FOLDER, SCHEMA_FILE, schemaText } from '../../../infra/build/schema';

const EXAMPLES = path.join(PACKAGE_FOLDER, 'examples');

describe('the JSON Schema of the study language', () => {
  it('is the one of the sources; write it anew with npm run schema', () => {
    expect(existsSync(SCHEMA_FILE) ? readFileSync(SCHEMA_FILE, 'utf8') : 'missing').toBe(schemaText());
  });

  it.each(readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml')))('is what %s names for editors', (file) => {
    const [, schema = 'missing'] =
      /^# yaml-language-server: \$schema=(\S+)/.exec(readFileSync(path.join(EXAMPLES, file), 'utf8')) ?? [];
    expect(path.join(EXAMPLES, schema)).toBe(SCHEMA_FILE);
  });
});
