/**
 * A study as its advisers see it: every stage with the lengths, rates and batches that its trainings can have.
 *
 * @module
 */
import { dimensionsFor, isRelative, listOf } from '../../search/space';
import { boundsOf, isRange } from '../../search/space/dimension';
import type { Dimension, Space } from '../../search/space';
import type { Problem } from '../../spec/problem';
import { STAGES } from '../../stages';
import { numericHParam } from '../../trials/hparams';
import { DEFAULT_LEARNING_RATES } from '../../words/hparams';
import type { OptimizerName } from '../../words/study';
import type { PlanFacts, PlannableStudy } from '../simulate';

/** Least and most that a number can be. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface AdvisedStage {
  /** Where the study file has it, e.g. `stages.2`. */
  readonly path: string;
  readonly stage: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Empty unless it is a search. */
  readonly space: Space;
  readonly isSearch: boolean;
  readonly epochs: Span;
  readonly rates: Span;
  readonly batches: Span;
  readonly optimizers: readonly OptimizerName[];
}

export interface Advised {
  readonly study: PlannableStudy;
  /** Counts of the data set; absent where it could not be read. */
  readonly facts: PlanFacts | undefined;
  /** Without those that were put in. */
  readonly stages: readonly AdvisedStage[];
}

/** One thing that is allowed and will not do what its writer thinks. */
export interface Rule {
  /** In a few words, for whoever reads the table. */
  readonly name: string;
  of(advised: Advised): readonly Problem[];
}

/** A rate that a stage finds is within this factor of the optimizer's usual one. */
const FOUND_WITHIN = 30;

export function advised(study: PlannableStudy, facts: PlanFacts | undefined): Advised {
  const { training, stages } = study;
  const written = stages.filter(({ inserted }) => inserted === undefined);
  return {
    study,
    facts,
    stages: written.map((use, i): AdvisedStage => {
      const options = use.options as Readonly<Record<string, unknown>>;
      const spaces = written.slice(0, i + 1).map((one) => (one.options as { readonly space?: Space }).space ?? {});
      const space = spaces[i]!;
      const optimizers = optimizersOf(training.optimizer.name, spaces);
      const length = typeof options['epochs'] === 'number' ? options['epochs'] : undefined;
      const isFound = stages
        .slice(0, stages.indexOf(use))
        .some(({ stage }) => STAGES[stage]?.decides === 'learningRate');
      return {
        path: `stages.${i}`,
        stage: use.stage,
        options,
        space,
        isSearch: STAGES[use.stage]?.isSearch === true,
        epochs: length === undefined ? spanOf('epochs', spaces, training.epochs) : { low: length, high: length },
        rates: isFound
          ? foundRates(optimizers)
          : spanOf('learningRate', spaces, numericHParam(training.hparams, 'learningRate')),
        batches: spanOf('batchSize', spaces, numericHParam(training.hparams, 'batchSize')),
        optimizers,
      };
    }),
  };
}

function optimizersOf(own: OptimizerName, spaces: readonly Space[]): readonly OptimizerName[] {
  const searched = spaces.flatMap((space) => dimensionsFor(space, 'optimizer').flatMap((one) => valuesOf(one)));
  return [...new Set([own, ...(searched as readonly OptimizerName[])])];
}

function foundRates(optimizers: readonly OptimizerName[]): Span {
  const usual = optimizers.map((name) => DEFAULT_LEARNING_RATES[name]);
  return { low: Math.min(...usual) / FOUND_WITHIN, high: Math.max(...usual) * FOUND_WITHIN };
}

/** Of a hyperparameter that starts at a value and that spaces vary. */
function spanOf(name: string, spaces: readonly Space[], start: number): Span {
  return spaces
    .flatMap((space) => dimensionsFor(space, name))
    .reduce(
      (span, dimension) => {
        const own = numbersOf(dimension);
        if (own === undefined) return span;
        const [low, high] = isRelative(dimension) ? [own.low * span.low, own.high * span.high] : [own.low, own.high];
        return { low: Math.min(span.low, low), high: Math.max(span.high, high) };
      },
      { low: start, high: start },
    );
}

/** Least and most of a dimension's numbers, factors as they are; `undefined` where it has none. */
export function numbersOf(dimension: Dimension): Span | undefined {
  if (isRange(dimension)) {
    const [low, high] = boundsOf(dimension);
    return { low, high };
  }
  const numbers = valuesOf(dimension).filter((value) => typeof value === 'number');
  return numbers.length === 0 ? undefined : { low: Math.min(...numbers), high: Math.max(...numbers) };
}

export function valuesOf(dimension: Dimension): readonly unknown[] {
  return 'constant' in dimension ? [dimension.constant] : (listOf(dimension) ?? []);
}

/** Numbers in values that a stage's space gives a hyperparameter. */
export function numbersIn({ space }: AdvisedStage, name: string): readonly Span[] {
  return dimensionsFor(space, name).flatMap((dimension) => (isRelative(dimension) ? [] : (numbersOf(dimension) ?? [])));
}
