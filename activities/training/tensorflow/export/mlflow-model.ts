import { IMAGES, SERVE, SERVING_DEFAULT } from '../compiled/inference-graph';

/** The name that MLflow looks for. */
export const MLFLOW_FILE = 'MLmodel';

/** What its flavour for TensorFlow 1 loads a SavedModel by: the one for 2 calls an object, which a plain graph is not. */
const FLAVOUR = {
  saved_model_dir: 'saved_model',
  meta_graph_tags: [SERVE],
  signature_def_key: SERVING_DEFAULT,
  model_type: 'tf1-estimator',
};

/**
 * The file by which `mlflow.pyfunc.load_model` opens the folder: YAML, of which JSON is a part. No time and no id are in
 * it, or equal trainings would not give equal bytes.
 *
 * Source: MLflow 3, Model Storage Format, and mlflow/tensorflow/__init__.py.
 *
 * @param shape Of one image.
 * @param outputs Names of the SavedModel's outputs.
 */
export function mlflowModel(shape: readonly number[], outputs: readonly string[], names: readonly string[]): string {
  const tensor = (name: string, sides: readonly number[]): object => ({
    name,
    type: 'tensor',
    'tensor-spec': { dtype: 'float32', shape: [-1, ...sides] },
  });
  const model = {
    flavors: { python_function: { loader_module: 'mlflow.tensorflow' }, tensorflow: FLAVOUR },
    signature: {
      inputs: JSON.stringify([tensor(IMAGES, shape)]),
      outputs: JSON.stringify(outputs.map((name) => tensor(name, [names.length]))),
    },
    metadata: { class_names: names },
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}
