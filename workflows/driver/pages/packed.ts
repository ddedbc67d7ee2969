/**
 * Records of one kind as columns: what they have in common is written once.
 *
 * @module
 */

/** Plain JSON. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/**
 * Values in their order: all the same; or objects, by their fields, each with the places of those that have it unless
 * all do; or lists, as their lengths and all their items in a row; or as they are.
 */
export type Packed =
  | { readonly same: Plain; readonly count: number }
  | {
      readonly fields: readonly (readonly [name: string, values: Packed, places?: readonly number[]])[];
      readonly count: number;
    }
  | { readonly lengths: Packed; readonly items: Packed }
  | { readonly each: readonly Plain[] };

/** Packs values of any kind; worth it where they are alike. Fields that are `undefined` are left out, as JSON does. */
export function packed(values: readonly Plain[]): Packed {
  const [first] = values;
  if (first !== undefined && values.every((value) => isSame(value, first)))
    return { same: first, count: values.length };
  if (values.length > 0 && values.every(isRecord)) return packedFields(values);
  if (values.length > 0 && values.every(isList))
    return { lengths: packed(values.map(({ length }) => length)), items: packed(values.flat()) };
  return { each: values };
}

/** The values again. What they have in common is one object, shared by all. */
export function unpacked(values: Packed): readonly Plain[] {
  if ('each' in values) return values.each;
  if ('same' in values) return new Array<Plain>(values.count).fill(values.same);
  if ('fields' in values) return unpackedFields(values);
  const items = unpacked(values.items);
  let from = 0;
  return unpacked(values.lengths).map((length) => items.slice(from, (from += length as number)));
}

interface PlainRecord {
  readonly [name: string]: Plain;
}

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);
const isRecord = (value: Plain): value is PlainRecord => typeof value === 'object' && value !== null && !isList(value);

/** By content; objects with their fields in the same order. */
function isSame(a: Plain, b: Plain): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

function packedFields(records: readonly PlainRecord[]): Packed {
  const columns = new Map<string, { readonly places: number[]; readonly values: Plain[] }>();
  records.forEach((record, place) => {
    for (const [name, value] of Object.entries<Plain | undefined>(record)) {
      if (value === undefined) continue;
      const column = columns.get(name) ?? { places: [], values: [] };
      columns.set(name, column);
      column.places.push(place);
      column.values.push(value);
    }
  });
  const fields = [...columns].map(([name, { places, values }]) =>
    places.length === records.length ? ([name, packed(values)] as const) : ([name, packed(values), places] as const),
  );
  return { fields, count: records.length };
}

function unpackedFields({ fields, count }: Extract<Packed, { readonly fields: unknown }>): readonly Plain[] {
  const records = Array.from({ length: count }, (): [string, Plain][] => []);
  for (const [name, values, places] of fields)
    unpacked(values).forEach((value, i) => records[places?.[i] ?? i]!.push([name, value]));
  return records.map((entries) => Object.fromEntries(entries));
}
