import { uniform } from '../../../workflows/search/random';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import type { StageContext } from '../../../workflows/stages/stage';
import type { Measurement } from '../../../workflows/words/outcome';
import { completed, contextOf, drive, FACTS, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

/**
 * Squared norms at batches of 16 and 32 of a gradient with this noise scale and |G|^2 = 1, each off by up to a share.
 */
function norms(noiseScale: number, error: number): NonNullable<Measurement['noiseScale']> {
  const at = (batchSize: number): readonly number[] =>
    Array.from({ length: 48 }, (_, i) => (1 + noiseScale / batchSize) * (1 + error * (2 * uniform(batchSize, i) - 1)));
  return { small: { batchSize: 16, squaredNorms: at(16) }, large: { batchSize: 32, squaredNorms: at(32) } };
}

/** Step times with a knee at 100. */
function network(noiseScale: number, error: number): Network {
  return ({ hparams, record }) => {
    const seconds = 0.01 + 1e-4 * Number(hparams['batchSize']);
    return completed(1, {
      stepSeconds:
        record.stepTimesAfter === undefined ? null : { median: seconds, p10: seconds, p90: seconds, count: 20 },
      curve: measured(1).curve,
      ...(record.noiseScaleEvery !== undefined && { noiseScale: norms(noiseScale, error) }),
    });
  };
}

const CONTEXT = contextOf(optionsOf('batchSizeLadder'), { facts: { ...FACTS, trainExamples: 20_000 } });

const run = (noiseScale: number, error: number): typeof CONTEXT =>
  drive(batchSizeLadder, CONTEXT, { network: network(noiseScale, error) });
const raced = ({ trials }: StageContext<unknown>): readonly number[] =>
  [
    ...new Set(
      trials
        .filter(({ spec }) => /^(reference|race)/.test(spec.label))
        .map(({ spec }) => Number(spec.hparams['batchSize'])),
    ),
  ].sort((a, b) => a - b);

it('measures the noise scale in the reference trainings alone', () => {
  const { trials } = run(800, 1e-3);
  const measuring = trials
    .filter(({ spec }) => spec.record.noiseScaleEvery !== undefined)
    .map(({ spec }) => [spec.label, spec.record.noiseScaleEvery]);
  // 3 epochs are 1,875 steps: 48 measurements.
  expect(measuring).toEqual([
    ['reference 32, seed 1 of 2', 39],
    ['reference 32, seed 2 of 2', 39],
  ]);
});

it('races the size that the knee and the noise scale speak for too, and shows what was measured', () => {
  expect(raced(run(100, 1e-4))).toEqual([32, 64, 128, 256]);
  // sqrt(100 x 8,000) = 894: the nearest rung is 1,024.
  const context = run(8000, 1e-4);
  expect(raced(context)).toEqual([32, 64, 128, 256, 1024]);
  const table = batchSizeLadder.decide(context).evidence.tables.find(({ title }) => title === 'Gradient noise scale');
  const [scale, low, high, pairs] = table!.rows[0] as number[];
  expect([low! < 8000, high! > 8000, pairs]).toEqual([true, true, 96]);
  expect(scale! / 8000).toBeCloseTo(1, 1);
});

it('races no further size where the interval is too wide to say one', () => {
  const context = run(8000, 0.5);
  expect(raced(context)).toEqual([32, 64, 128, 256]);
  const table = batchSizeLadder.decide(context).evidence.tables.find(({ title }) => title === 'Gradient noise scale');
  expect(table?.rows[0]?.at(-1)).toBe('none: the interval is too wide');
});
