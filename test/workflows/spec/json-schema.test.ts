import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import defined from '../../../examples/define-study';
import { parseStudy, studyJsonSchema } from '../../../workflows/spec';
import { STAGE_NAMES } from '../../../workflows/spec/stage-uses';
import { schemaErrors } from '../../support/json-schema';

const EXAMPLES = path.join(__dirname, '../../../examples');
const files = readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml'));
const read = (file: string): unknown => parse(readFileSync(path.join(EXAMPLES, file), 'utf8'));
const schema = studyJsonSchema();

const minimal = {
  name: 'minimal',
  dataset: { format: 'idx', uri: 'data' },
  model: { preset: 'mnist-cnn' },
  stages: [{ stage: 'finalTrain' }],
};

it('finds examples to check', () => {
  expect(files.length).toBeGreaterThanOrEqual(2);
});

it.each(files)('%s parses and fits the JSON Schema', (file) => {
  expect(parseStudy(read(file))).toMatchObject({ ok: true, warnings: [] });
  expect(schemaErrors(read(file), schema)).toEqual([]);
});

it('the TypeScript example parses and fits the JSON Schema', () => {
  expect(parseStudy(defined)).toMatchObject({ ok: true });
  expect(schemaErrors(defined, schema)).toEqual([]);
});

it('describes every stage and every option, for editors', () => {
  const text = JSON.stringify(schema);
  for (const name of STAGE_NAMES) expect(text).toContain(`"const":"${name}"`);
  const stages = (
    schema['properties'] as Record<
      string,
      { items: { oneOf: readonly { properties: Record<string, { description?: string; const?: string }> }[] } }
    >
  )['stages']!;
  for (const { properties } of stages.items.oneOf) {
    for (const [option, { description }] of Object.entries(properties))
      expect([option, description ?? (option === 'stage' ? 'named' : undefined)]).toEqual([option, expect.any(String)]);
  }
});

it.each([
  ['an unknown key', { ...minimal, sead: 1 }],
  ['a stage that is none', { ...minimal, stages: [{ stage: 'lrRangetest' }] }],
  ['an option of another stage', { ...minimal, stages: [{ stage: 'finalTrain', batchSizeMax: 8 }] }],
  ['a value out of range', { ...minimal, training: { epochs: 0 } }],
  ['a missing section', { name: 'minimal', stages: minimal.stages }],
])('refuses %s, as the parser does', (_, study) => {
  expect(schemaErrors(study, schema)).not.toEqual([]);
  expect(parseStudy(study).ok).toBe(false);
});

it('takes the smallest study', () => {
  expect(schemaErrors(minimal, schema)).toEqual([]);
  expect(parseStudy(minimal)).toMatchObject({ ok: true });
});
