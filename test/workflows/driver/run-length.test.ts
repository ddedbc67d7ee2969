import { isAtItsEnd, isLong } from '../../../workflows/driver/run-length';

const MIB = 2 ** 20;
const at = (events: number, bytes: number) => ({ events, bytes });

it('is not long before Temporal says so, and with few slots soon after', () => {
  const begun = at(10, 50_000);
  expect(isLong({ begun, suggested: undefined, now: at(4000, 3 * MIB) }, 2)).toBe(false);
  expect(isLong({ begun, suggested: at(4096, 3 * MIB), now: at(4096, 3 * MIB) }, 2)).toBe(false);
  expect(isLong({ begun, suggested: at(4096, 3 * MIB), now: at(4300, 3.1 * MIB) }, 2)).toBe(true);
});

it('does not hand on what it began with for the sake of little more', () => {
  const begun = at(20, 5 * MIB);
  expect(isLong({ begun, suggested: begun, now: at(500, 6 * MIB) }, 8)).toBe(false);
  expect(isLong({ begun, suggested: begun, now: at(3000, 10 * MIB) }, 8)).toBe(true);
});

it('goes on longer the more slots it has to fill anew', () => {
  const suggested = at(4096, 3 * MIB);
  const isLongAt = (events: number, slots: number): boolean =>
    isLong({ begun: at(10, 50_000), suggested, now: at(events, 3.5 * MIB) }, slots);
  expect([isLongAt(8200, 8), isLongAt(8200, 256), isLongAt(20_500, 256)]).toEqual([true, false, true]);
});

it('stays below what Temporal ends a workflow at', () => {
  expect([at(4096, 4 * MIB), at(40_000, 4 * MIB), at(100, 26 * MIB)].map((now) => isAtItsEnd({ now }))).toEqual([
    false,
    true,
    true,
  ]);
});
