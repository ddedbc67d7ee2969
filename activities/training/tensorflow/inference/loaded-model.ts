import type { ImageBatch, ModelOutputs, ModelToLoad } from '../../../inference/protocol';
import { IMAGES, SERVE } from '../compiled/inference-graph';
import { runLoaded } from '../compiled/session';
import { native } from '../native';

/** An exported SavedModel that answers batches. */
export class LoadedModel {
  private readonly session: number;

  /** @throws Error with TensorFlow's words if it is none. */
  constructor(private readonly model: ModelToLoad) {
    this.session = native().binding.loadSavedModel(model.folder, SERVE);
  }

  /** @throws Error with TensorFlow's words, e.g. for a batch that does not fit into memory. */
  answer({ images, pixels }: ImageBatch): ModelOutputs {
    const { outputs, shape } = this.model;
    const values = pixels instanceof Float32Array ? pixels : Float32Array.from(pixels);
    const feed = { name: IMAGES, dtype: 'float32', shape: [images, ...shape], values } as const;
    const results = runLoaded(this.session, [feed], outputs);
    return Object.fromEntries(outputs.map((name, i) => [name, results[i] as Float32Array]));
  }
}
