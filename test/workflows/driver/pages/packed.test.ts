import fc from 'fast-check';
import { packed, unpacked } from '../../../../workflows/driver/pages/packed';
import type { Plain } from '../../../../workflows/driver/pages/packed';

const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const { value: plain } = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Plain>(null, true, false, '', 'a', 'b', 0, 1, 0.1),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'each'), tie('value'), { maxKeys: 4 }),
  ),
}));

describe('packed values', () => {
  test('are the same again after a way through JSON, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 8 }), (values) => {
        const wanted = throughJson(values);
        expect(unpacked(throughJson(packed(wanted)))).toEqual(wanted);
      }),
    );
  });

  test('leave out what is undefined, as JSON does', () => {
    const values = [
      { a: 1, b: undefined },
      { a: 2, b: 3 },
    ] as unknown as readonly Plain[];
    expect(unpacked(throughJson(packed(values)))).toEqual([{ a: 1 }, { a: 2, b: 3 }]);
  });

  test('have in common what is the same in all, in the packed form and after it', () => {
    const schedule = { name: 'cosine', finalFactor: 0, warmupSteps: 20 };
    const values = Array.from({ length: 100 }, (_, seed) => ({ seed, schedule, stop: {}, label: `point ${seed}` }));
    const small = packed(throughJson(values));
    expect(JSON.stringify(small).length).toBeLessThan(JSON.stringify(values).length / 4);
    const [first, second] = unpacked(small) as unknown as typeof values;
    expect(first!.schedule).toBe(second!.schedule);
  });
});
