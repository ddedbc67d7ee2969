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
  /** Above 1: ours is better than the best peer. `null` without peers, and where a median of 0 or none at all leaves no ratio. */
  readonly ratioToBest: number | null;
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

/** A result from the repeats of ours and of each peer. */
export function resultOf(name: string, { name: metric, unit, better }: Metric, ours: readonly number[], peers: Readonly<Record<string, readonly number[]>>): BenchResult {
  const own = samplesOf(ours);
  const others = Object.fromEntries(Object.entries(peers).map(([peer, values]) => [peer, samplesOf(values)]));
  const medians = Object.values(others).map(({ median }) => median);
  const best = better === 'higher' ? Math.max(...medians) : Math.min(...medians);
  const ratio = better === 'higher' ? own.median / best : best / own.median;
  return { case: name, metric, unit, ours: own, peers: others, ratioToBest: medians.length > 0 && best !== 0 && Number.isFinite(ratio) ? ratio : null };
}

/** The machine that numbers were taken on. */
export function describeMachine(threads: number): BenchReport['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, threads, memoryBytes: totalmem(), platform: `${process.platform}-${process.arch}`,
  };
}

const SMALL = 100;
const rounded = (value: number): string => (value < SMALL ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US'));
const withSpread = ({ median, spread }: Samples): string => (spread > 0 ? `${rounded(median)} ±${rounded(spread / 2)}` : rounded(median));

/** One line a result: ours, then every peer, then the ratio to the best of them. */
export function formatResult({ case: name, metric, unit, ours, peers, ratioToBest }: BenchResult): string {
  const columns = Object.entries({ ours, ...peers }).map(([who, samples]) => `${who} ${withSpread(samples)}`);
  const ratio = ratioToBest === null ? '' : `  -> ${ratioToBest.toFixed(2)}x the best peer`;
  return `${name}  ${metric} [${unit}]  ${columns.join(' | ')}${ratio}`;
}

/** Machine and versions, one line each. */
export function formatSetting({ machine, versions }: Pick<BenchReport, 'machine' | 'versions'>): string {
  const line = (values: object): string => Object.entries(values).map(([name, value]) => `${name} ${value}`).join(', ');
  return `machine: ${line(machine)}\nversions: ${line(versions)}`;
}
