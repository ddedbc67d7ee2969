import { chaos } from './main';
import type { ChaosReport } from './main';

/** Blows of the short run; `npm run chaos` has longer ones. */
const KILLS = 25;

let report: ChaosReport;

beforeAll(async () => {
  report = await chaos({ minutes: 10, kills: KILLS, seed: 6, every: 2 }, () => undefined);
}, 600_000);

test('a study that is struck again and again decides the same and ends in the same bits, with a receipt for every attempt that died', () => {
  expect(report.problems).toEqual([]);
});

test('the killer has struck in many ways', () => {
  expect(report.blowsTotal).toBe(KILLS);
  expect(Object.keys(report.blows).length).toBeGreaterThan(6);
});
