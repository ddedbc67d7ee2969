/**
 * What a model is, for programs and for people.
 *
 * @module
 */
import { type TaskName, taskOf, titleOf } from '../../../../workflows/tasks';
import type { EpochMeasurement, Evaluation, Measurement } from '../../../../workflows/words/outcome';
import type { ImageFit, TaskSpec } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import type { TrainableModel } from '../model';
import type { HostTensors } from '../../safetensors';

export interface ModelFacts {
  /** Absent: classification. */
  readonly task?: TaskSpec | undefined;
  readonly model: TrainableModel;
  readonly weights: HostTensors;
  readonly classNames: readonly string[];
  readonly hparams: HParams;
  readonly measurement: Measurement;
  /** Absent: examples were not made from image files. */
  readonly fit?: ImageFit | undefined;
}

interface ModelCard {
  readonly format: 'stepwell-model-card/1';
  readonly files: Readonly<Record<string, string>>;
  readonly input: {
    readonly shape: readonly number[];
    readonly channels: 'last';
    /** How images of other proportions were made to fit. */
    readonly fit?: ImageFit;
    readonly preprocessing: Readonly<Record<string, string>>;
  };
  readonly task: TaskName;
  readonly output: string;
  readonly classNames: readonly string[];
  readonly parameters: number;
  readonly hparams: HParams;
  readonly metrics: {
    /** Of the best epoch, by metric. */
    readonly validation: { readonly epoch: number; readonly values: EpochMeasurement['values'] } | null;
    readonly test: Omit<Evaluation, 'confusion'> | null;
  };
}

const FILES = {
  'model.json': 'TensorFlow.js layers model, with weights.bin',
  'weights.safetensors': 'weights by name, e.g. layers.1.kernel',
};

const SAVED_MODEL =
  'TensorFlow SavedModel with the signature serving_default; weights are constants in it, batches may have any size';

const MLMODEL = 'the SavedModel as a model of MLflow: mlflow.pyfunc.load_model opens this folder';

/** @param hasSavedModel Whether one could be written. */
export function modelCard(
  { task, model, classNames, hparams, measurement: { best, test }, fit }: ModelFacts,
  hasSavedModel: boolean,
): ModelCard {
  return {
    format: 'stepwell-model-card/1',
    files: { ...(hasSavedModel && { 'saved_model/': SAVED_MODEL, MLmodel: MLMODEL }), ...FILES },
    input: {
      shape: model.network.inputs[0]?.shape.slice(1) as number[],
      channels: 'last',
      ...(fit !== undefined && { fit }),
      preprocessing: {
        ...(hasSavedModel && { 'saved_model/': 'none: pixels from 0 to 255' }),
        'model.json': 'pixels / 255',
      },
    },
    task: task?.name ?? 'classification',
    output: outputText(task, classNames.length, hasSavedModel),
    classNames,
    parameters: model.parameters,
    hparams,
    metrics: {
      validation: best === null ? null : { epoch: best.epoch, values: best.values },
      test:
        test === null
          ? null
          : {
              values: test.values,
              examples: test.examples,
              ...(test.topK !== undefined && { topK: test.topK }),
            },
    },
  };
}

function outputText(task: TaskSpec | undefined, outputs: number, hasSavedModel: boolean): string {
  const { output } = taskOf(task === undefined ? {} : { task });
  const probabilities = hasSavedModel && output === 'logit' ? ', in the SavedModel probabilities too' : '';
  const answer = {
    classification: '; the largest is the answer',
    multiLabel: '; a label is there where it is above 0',
    regression: '',
  }[task?.name ?? 'classification'];
  return `${outputs} ${output}s${probabilities}${answer}`;
}

const USE_PROBABILITIES = {
  classification: 'tf.softmax(model.predict(images))',
  multiLabel: 'tf.sigmoid(model.predict(images))',
  regression: 'model.predict(images)',
};

function metricLines({ metrics: { validation, test } }: ModelCard): readonly string[] {
  return [
    ...(validation === null ? [] : [`- validation, best epoch ${validation.epoch}: ${valuesText(validation.values)}`]),
    ...(test === null ? [] : [`- test, ${test.examples} examples: ${valuesText(test.values)}`]),
    ...(test?.topK === undefined ? [] : [`- test, top ${test.topK.k}: accuracy ${test.topK.accuracy}`]),
  ];
}

const valuesText = (values: Readonly<Record<string, number | null>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${titleOf(name)} ${value ?? 'not finite'}`)
    .join(', ');

const useSavedModel = (answer: string): string => `
Python, on float32 pixels from 0 to 255:

    import tensorflow as tf
    model = tf.saved_model.load('saved_model').signatures['serving_default']
    ${answer} = model(images=images)['${answer}']

TensorFlow Serving takes the folder as version 1 of a model: copy \`saved_model\` to \`<models>/<name>/1\`.
`;

/** A card as text. */
export function readMe(card: ModelCard): string {
  const { files, input, output, task, classNames, parameters } = card;
  const answer = task === 'regression' ? 'numbers' : 'probabilities';
  const kind = { classification: 'classifier', multiLabel: 'multi-label classifier', regression: 'regression' }[task];
  return `# Image ${kind}
Trained by Stepwell. Input: images of ${input.shape.join(' x ')} (height, width, channels). Output: ${output}. ${parameters} parameters.

${task === 'classification' ? 'Classes' : 'Targets'}, in the order of the output: ${classNames.join(', ')}

${['## Metrics', ...metricLines(card)].join('\n')}

## Files
${Object.entries(files)
  .map(([name, what]) => `- \`${name}\`: ${what}`)
  .join('\n')}
- \`model-card.json\`: all of this, and the hyperparameters, for programs

## Use
${'saved_model/' in files ? useSavedModel(answer).trimStart() : ''}
TensorFlow.js, on pixels divided by 255:

    const model = await tf.loadLayersModel('file://model.json');
    const ${answer} = ${USE_PROBABILITIES[task]};
`;
}
