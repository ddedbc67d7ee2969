/** What is trained: a model of `activities/training/tensorflow/model/presets.ts` on uint8 noise, at a batch size. */
export interface EngineCase {
  /** E.g. `mnist-cnn/batch-32`. */
  readonly name: string;
  readonly model: 'mnist-cnn' | 'resnet20';
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly dropoutRate: number;
  readonly batchSize: number;
  /** Examples of a timed pass; a multiple of the batch size. */
  readonly examples: number;
}

const BATCH_SIZES = [32, 128, 512];
const CLASSES = 10;

/** A pass takes seconds, and some steps even at the largest batch. */
const STEPS_MIN = { full: 4, quick: 2 };

interface Model extends Pick<EngineCase, 'model' | 'shape' | 'dropoutRate'> {
  readonly examples: { readonly full: number; readonly quick: number };
}

const MODELS: readonly Model[] = [
  // The Keras tutorial has dropout 0.5.
  { model: 'mnist-cnn', shape: [28, 28, 1], dropoutRate: 0.5, examples: { full: 10_240, quick: 2048 } },
  { model: 'resnet20', shape: [32, 32, 3], dropoutRate: 0, examples: { full: 1024, quick: 256 } },
];

/** Every model at every batch size. */
export function engineCases(length: 'full' | 'quick'): readonly EngineCase[] {
  return MODELS.flatMap(({ examples, ...model }) =>
    BATCH_SIZES.map((batchSize) => ({
      ...model,
      name: `${model.model}/batch-${batchSize}`,
      classes: CLASSES,
      batchSize,
      examples: Math.max(examples[length], STEPS_MIN[length] * batchSize),
    })),
  );
}
