import type { TargetStatistics } from '../../../workflows/tasks';
import type { Targets } from '../formats/format';

/** What chance levels follow from, over some examples. @param examples At least one. */
export function targetStatistics({ names, values }: Targets, examples: Int32Array): readonly TargetStatistics[] {
  return names.map((name, column) => {
    const own = Float64Array.from(examples, (example) => values[example * names.length + column]!).sort();
    const mean = meanOf(own);
    const median = (own[Math.floor((own.length - 1) / 2)]! + own[Math.ceil((own.length - 1) / 2)]!) / 2;
    return {
      name,
      mean,
      variance: meanOf(own.map((value) => (value - mean) * (value - mean))),
      deviation: meanOf(own.map((value) => Math.abs(value - median))),
      isLabel: values.every((value, place) => place % names.length !== column || value === 0 || value === 1),
    };
  });
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
