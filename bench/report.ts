/**
 * What a bench found, as the one object that `--json` prints and as a table for people.
 *
 * @module
 */
import { cpus, totalmem } from 'node:os';

/** The middle and the range (largest less smallest) of the repeats, in the result's unit. */
export interface Samples {
  readonly median: number;
  readonly spread: number;
}

export interface BenchResult {
  /** E.g. `mnist-cnn/batch-32`. */
  readonly case: string;
  readonly metric: string;
  readonly unit: string;
  readonly ours: Samples;
  readonly peers: Readonly<Record<string, Samples>>;
  /**
   * Above 1: ours is better than the best peer. `null` without peers, and where a median of 0 or none at all leaves no
   * ratio.
   */
  readonly ratioToBest: number | null;
  /** Range of the rounds' own ratios (largest less smallest), where contestants took turns. */
  readonly ratioSpread?: number;
}

export interface BenchReport {
  readonly bench: string;
  readonly machine: Readonly<Record<string, number | string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly BenchResult[];
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

/** @throws RangeError without numbers. */
export function samplesOf(values: readonly number[]): Samples {
  if (values.length === 0) throw new RangeError('a median needs at least 1 value, got none');
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return { median: (low + high) / 2, spread: sorted.at(-1)! - sorted[0]! };
}

/** Above 1: ours is better. */
const ratioOf = (better: Metric['better'], ours: number, theirs: number): number =>
  better === 'higher' ? ours / theirs : theirs / ours;

/** A result from the repeats of ours and of each peer; its ratio is of their medians. */
export function resultOf(
  name: string,
  { name: metric, unit, better }: Metric,
  ours: readonly number[],
  peers: Readonly<Record<string, readonly number[]>>,
): BenchResult {
  const own = samplesOf(ours);
  const others = Object.fromEntries(Object.entries(peers).map(([peer, values]) => [peer, samplesOf(values)]));
  const medians = Object.values(others).map(({ median }) => median);
  const best = better === 'higher' ? Math.max(...medians) : Math.min(...medians);
  const ratio = ratioOf(better, own.median, best);
  return {
    case: name,
    metric,
    unit,
    ours: own,
    peers: others,
    ratioToBest: medians.length > 0 && best !== 0 && Number.isFinite(ratio) ? ratio : null,
  };
}

/**
 * A result from rounds in which all took turns. Its ratio is the median of the rounds' own, to the peer that comes
 * nearest: who is measured seconds apart meets the same machine, and a speed that drifts over minutes stays out of it.
 *
 * @param ours Positive, one value a round, as every peer has.
 * @throws RangeError where somebody has another number of rounds.
 */
export function resultOfRounds(
  name: string,
  metric: Metric,
  ours: readonly number[],
  peers: Readonly<Record<string, readonly number[]>>,
): BenchResult {
  const ratios = Object.entries(peers).map(([peer, theirs]) => {
    if (theirs.length !== ours.length)
      throw new RangeError(`${peer} must have as many rounds as ours, ${ours.length}, got ${theirs.length}`);
    return samplesOf(ours.map((own, round) => ratioOf(metric.better, own, theirs[round]!)));
  });
  const nearest = ratios.sort((a, b) => a.median - b.median)[0];
  return {
    ...resultOf(name, metric, ours, peers),
    ...(nearest && { ratioToBest: nearest.median, ratioSpread: nearest.spread }),
  };
}

/** The machine that numbers were taken on. */
export function describeMachine(threads: number): BenchReport['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    threads,
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
  };
}

const SMALL = 100;
const rounded = (value: number): string =>
  value < SMALL ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US');
const withSpread = ({ median, spread }: Samples): string =>
  spread > 0 ? `${rounded(median)} ±${rounded(spread / 2)}` : rounded(median);

/** One line a result: ours, then every peer, then the ratio to the best of them. */
export function formatResult({
  case: name,
  metric,
  unit,
  ours,
  peers,
  ratioToBest,
  ratioSpread = 0,
}: BenchResult): string {
  const columns = Object.entries({ ours, ...peers }).map(([who, samples]) => `${who} ${withSpread(samples)}`);
  const range = ratioSpread > 0 ? ` ±${(ratioSpread / 2).toFixed(2)}` : '';
  const ratio = ratioToBest === null ? '' : `  -> ${ratioToBest.toFixed(2)}x${range} the best peer`;
  return `${name}  ${metric} [${unit}]  ${columns.join(' | ')}${ratio}`;
}

/** Machine and versions, one line each. */
export function formatSetting({ machine, versions }: Pick<BenchReport, 'machine' | 'versions'>): string {
  const line = (values: object): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return `machine: ${line(machine)}\nversions: ${line(versions)}`;
}
