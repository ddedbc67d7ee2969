import { limitsOf, numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import { decayFor, sumOfFactors } from '../../trials/weight-decay';
import { hparamOf, isRange, isRelative, listOf } from '../../search/space';
import { boundsOf } from '../../search/space/dimension';
import type { Range } from '../../search/space/dimension';
import type { Dimension, Scalar, Space } from '../../search/space';
import type { HParams } from '../../words/trial';
import { threeDigits } from '../format';
import { studyTraining } from '../study-training';
import { epochsOf } from './configurations';
import type { SweepContext } from './configurations';

/**
 * A space whose factors have become multiples of what `hparams` has, in rising order, and its shares of weights the decay
 * that takes them. Of a value that is 0 or no number there is one multiple: itself.
 *
 * @param rates Sum of the learning rates of a whole training; where it is not known, a decay may be anything.
 */
export function spaceAround(space: Space, hparams: HParams, rates?: number): Space {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      isRelative(dimension) && isRange(dimension)
        ? decays(dimension, rates)
        : isRelative(dimension)
          ? multiplesOf(hparamOf(space, name), dimension, hparams[hparamOf(space, name)])
          : dimension,
    ]),
  );
}

const ANY_DECAY = [1e-12, limitsOf('weightDecay').max] as const;

/** Drawn evenly in the logarithm, as shares far below 1 are proportional to the decay. */
function decays(dimension: Range, rates: number | undefined): Dimension {
  const { isRelative: _, ...own } = dimension as Extract<Range, { readonly logUniform: unknown }>;
  const within = (decay: number): number => threeDigits(Math.min(ANY_DECAY[1], Math.max(ANY_DECAY[0], decay)));
  const [low, high] = boundsOf(dimension).map((share) => within(rates ? decayFor(share, rates) : share));
  if (rates === undefined) return { ...own, logUniform: ANY_DECAY };
  return low! < high! ? { ...own, logUniform: [low!, high!] } : { ...placed(dimension), constant: high! };
}

/** What a dimension is for and when it exists. */
const placed = ({ of, when }: Dimension): Pick<Dimension, 'of' | 'when'> => ({
  ...(of && { of }),
  ...(when && { when }),
});

function multiplesOf(name: string, dimension: Dimension, value: Scalar | undefined): Dimension {
  const factors = (listOf(dimension) ?? []) as readonly number[];
  const values =
    typeof value === 'number'
      ? factors.map((factor) => multiple(name, value, factor)).sort((a, b) => a - b)
      : [value ?? 0];
  return { ...placed(dimension), ordinal: [...new Set(values)] };
}

function multiple(name: string, value: number, factor: number): number {
  if (factor === 1) return value;
  const { min, max, integer } = limitsOf(name);
  const product = integer === true ? Math.round(value * factor) : threeDigits(value * factor);
  return Math.min(max, Math.max(min, product));
}

/** A sweep's options, its space in values only. */
export function optionsAround(context: SweepContext): SweepContext['options'] {
  const { options, incumbent, facts } = context;
  const { schedule, limit } = studyTraining(context, incumbent, epochsOf(context, incumbent));
  const steps = stepsOf(limit, facts.trainExamples, numericHParam(incumbent, 'batchSize'));
  const factors = sumOfFactors(schedule, { steps, epochs: epochsOf(context, incumbent) });
  return {
    ...options,
    space: spaceAround(options.space, incumbent, numericHParam(incumbent, 'learningRate') * factors),
  };
}
