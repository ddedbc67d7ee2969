/**
 * The parts of the graph that take a batch of one size: a training step of every size that a trial may come to, all on
 * the same variables, so that batches grow without a tensor being moved.
 *
 * @module
 */
import type { InputPipeline } from '../input/input-pipeline';
import type { HalfBatchNorms } from '../../engine';
import { type GraphNode, placeholder } from './graph';
import { atBatchSize } from './recording/batch-template';
import { HALVES, LOSS, NOISE, NORMS, SCALARS, SEED, type StepRecordings, TRAIN } from './recording/record-step';
import { statisticsOf } from './recording/record-averages';
import type { Feed, Session } from './session';

/** The first size goes without a number, so that a trial of one size has one graph whether others have more or not. */
const headOf = (part: string, sizes: readonly number[], size: number): string =>
  size === sizes[0] ? part : `${part}-${size}`;

const halfOf = (batchSize: number): number => Math.floor(batchSize / 2);

/** Nodes of all sizes. */
export function heads(
  { train, noise }: StepRecordings,
  data: InputPipeline,
  sizes: readonly number[],
  scalarCount: number,
): GraphNode[] {
  const inputs = (head: string): GraphNode[] => [
    placeholder(`${head}/${SCALARS}`, 'float32', [scalarCount]),
    placeholder(`${head}/${SEED}`, 'int32', [2]),
  ];
  return sizes.flatMap((size) => {
    const step = headOf(TRAIN, sizes, size);
    const nodes = [...data.batch(step, size), ...inputs(step), ...withPrefix(atBatchSize(train, size), TRAIN, step)];
    if (noise === null || halfOf(size) === 0) return nodes;
    const norms = headOf(NOISE, sizes, size);
    const examples = HALVES.flatMap((half) => data.batch(`${norms}/${half}`, halfOf(size)));
    return [...nodes, ...examples, ...inputs(norms), ...withPrefix(atBatchSize(noise, halfOf(size)), NOISE, norms)];
  });
}

/** The nodes below another prefix; what they share with others keeps its name. */
function withPrefix(nodes: readonly GraphNode[], from: string, to: string): readonly GraphNode[] {
  if (from === to) return nodes;
  const rename = (name: string): string => name.replace(new RegExp(`^(\\^?)${from}/`), `$1${to}/`);
  return nodes.map((node) => ({ ...node, name: rename(node.name), inputs: node.inputs.map(rename) }));
}

interface StepFeeds {
  readonly scalars: Float32Array;
  readonly seed: readonly [number, number];
}

function stepFeeds(head: string, { scalars, seed }: StepFeeds): Feed[] {
  return [
    { name: `${head}/${SCALARS}`, dtype: 'float32', shape: [scalars.length], values: scalars },
    { name: `${head}/${SEED}`, dtype: 'int32', shape: [2], values: Int32Array.from(seed) },
  ];
}

/** What heads run with: those of `sizes` are there. */
export interface HeadsIn {
  readonly session: Session;
  readonly data: InputPipeline;
  readonly sizes: readonly number[];
}

/** One optimizer step; returns the loss. @throws RangeError for a batch of a size that was not compiled. */
export function runStep({ session, data, sizes }: HeadsIn, indices: Int32Array, feeds: StepFeeds): number {
  assertSize(sizes, indices.length);
  const head = headOf(TRAIN, sizes, indices.length);
  const [loss] = session.run([...data.feeds([head], 'train', indices), ...stepFeeds(head, feeds)], [`${head}/${LOSS}`]);
  return loss?.[0] ?? Number.NaN;
}

/** What a step would put in place of units, which stay as they are. @throws RangeError as `runStep` does. */
export function runStatistics(
  { session, data, sizes }: HeadsIn,
  units: readonly string[],
  indices: Int32Array,
  feeds: StepFeeds,
): readonly Float32Array[] {
  assertSize(sizes, indices.length);
  const head = headOf(TRAIN, sizes, indices.length);
  const fed = [...data.feeds([head], 'train', indices), ...stepFeeds(head, feeds)];
  return session.run(
    fed,
    units.map((unit) => `${head}/${statisticsOf(unit)}`),
  ) as Float32Array[];
}

/** Squared norms of a batch's gradients. @throws RangeError for a batch of a size that was not compiled. */
export function runNorms({ session, data, sizes }: HeadsIn, indices: Int32Array, feeds: StepFeeds): HalfBatchNorms {
  assertSize(sizes, indices.length);
  const head = headOf(NOISE, sizes, indices.length);
  const examples = data.feeds(
    HALVES.map((half) => `${head}/${half}`),
    'train',
    indices,
  );
  const [norms] = session.run([...examples, ...stepFeeds(head, feeds)], [`${head}/${NORMS}`]);
  return { small: norms?.[0] ?? Number.NaN, large: norms?.[1] ?? Number.NaN };
}

function assertSize(sizes: readonly number[], size: number): void {
  if (!sizes.includes(size))
    throw new RangeError(`batch must have a compiled size, ${sizes.join(' or ')}, got ${size} examples`);
}
