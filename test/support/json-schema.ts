/**
 * As much of JSON Schema (draft 7) as the study language's schema uses. A keyword that is not known here is an error,
 * so that the schema cannot come to use one that nothing checks.
 *
 * @module
 */
type Schema = Readonly<Record<string, unknown>>;
/** What the schema at hand names by `$ref`. */
let definitions: Readonly<Record<string, Schema>> = {};
type Check = (value: unknown, argument: never, schema: Schema) => readonly string[];

const ANNOTATIONS = ['$schema', 'title', 'description', 'default', 'examples', '$comment', 'id'];

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fits = (value: unknown, schema: unknown): boolean => schemaErrors(value, schema as Schema).length === 0;
const rule = (holds: boolean, text: string): readonly string[] => (holds ? [] : [text]);
const under = (key: string | number, errors: readonly string[]): readonly string[] =>
  errors.map((error) => `${key}.${error}`);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isMapping,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  null: (value) => value === null,
};

const CHECKS: Readonly<Record<string, Check>> = {
  definitions: () => [],
  $ref: (value, name: string) => schemaErrors(value, definitions[name.replace('#/definitions/', '')] ?? false),
  type: (value, types: string | readonly string[]) =>
    rule(
      [types].flat().some((type) => TYPES[type]?.(value) ?? false),
      `must be ${String(types)}`,
    ),
  const: (value, constant: unknown) => rule(value === constant, `must be ${String(constant)}`),
  enum: (value, values: readonly unknown[]) => rule(values.includes(value), `must be one of ${values.join(', ')}`),
  anyOf: (value, schemas: readonly Schema[]) =>
    rule(
      schemas.some((schema) => fits(value, schema)),
      'must fit one form',
    ),
  oneOf: (value, schemas: readonly Schema[]) =>
    rule(schemas.filter((schema) => fits(value, schema)).length === 1, 'must fit exactly one form'),
  allOf: (value, schemas: readonly Schema[]) => schemas.flatMap((schema) => schemaErrors(value, schema)),
  minimum: (value, limit: number) => rule(typeof value !== 'number' || value >= limit, `must be at least ${limit}`),
  maximum: (value, limit: number) => rule(typeof value !== 'number' || value <= limit, `must be at most ${limit}`),
  exclusiveMinimum: (value, limit: number) =>
    rule(typeof value !== 'number' || value > limit, `must be above ${limit}`),
  exclusiveMaximum: (value, limit: number) =>
    rule(typeof value !== 'number' || value < limit, `must be below ${limit}`),
  minLength: (value, limit: number) => rule(typeof value !== 'string' || value.length >= limit, 'is too short'),
  pattern: (value, pattern: string) =>
    rule(typeof value !== 'string' || new RegExp(pattern).test(value), `must match ${pattern}`),
  minItems: (value, limit: number) => rule(!Array.isArray(value) || value.length >= limit, `must have ${limit} items`),
  maxItems: (value, limit: number) =>
    rule(!Array.isArray(value) || value.length <= limit, `must have at most ${limit} items`),
  items: (value, items: Schema | readonly Schema[]) =>
    Array.isArray(value)
      ? value.flatMap((item, i) =>
          under(i, schemaErrors(item, Array.isArray(items) ? (items[i] ?? {}) : (items as Schema))),
        )
      : [],
  additionalItems: (value, schema: Schema, { items }) =>
    Array.isArray(value) && Array.isArray(items)
      ? value.slice(items.length).flatMap((item) => schemaErrors(item, schema))
      : [],
  required: (value, names: readonly string[]) =>
    isMapping(value) ? names.filter((name) => !(name in value)).map((name) => `${name} is required`) : [],
  propertyNames: (value, schema: Schema) =>
    isMapping(value) ? Object.keys(value).flatMap((name) => under(name, schemaErrors(name, schema))) : [],
  properties: (value, properties: Readonly<Record<string, Schema>>) =>
    isMapping(value)
      ? Object.entries(properties).flatMap(([name, schema]) =>
          name in value ? under(name, schemaErrors(value[name], schema)) : [],
        )
      : [],
  additionalProperties: (value, schema: Schema | boolean, { properties }) =>
    isMapping(value)
      ? Object.keys(value)
          .filter((name) => !(isMapping(properties) && name in properties))
          .flatMap((name) => under(name, schemaErrors(value[name], schema)))
      : [],
};

/** Where a value does not fit a schema. @throws Error for a keyword that is not known here. */
export function schemaErrors(value: unknown, schema: Schema | boolean): readonly string[] {
  if (typeof schema === 'boolean') return schema ? [] : ['is not allowed'];
  if (isMapping(schema['definitions'])) definitions = schema['definitions'] as typeof definitions;
  return Object.entries(schema)
    .filter(([keyword]) => !ANNOTATIONS.includes(keyword))
    .flatMap(([keyword, argument]) => {
      const check = CHECKS[keyword];
      if (check === undefined) throw new Error(`the test's JSON Schema has no keyword ${keyword}`);
      return check(value, argument as never, schema);
    });
}
