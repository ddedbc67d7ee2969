import { InferenceProcess } from '../activities/inference/inference-process';
import { OUTPUTS_ASKED } from '../activities/inference/answers';
import { ModelUnreadable, savedModelIn } from '../activities/inference/exported-model';
import type { ExportedModel } from '../activities/inference/exported-model';
import { readConfig } from '../workers/config';
import { asTrainerBroken } from '../workers/trainer-broken';

/**
 * Starts the process that answers for a model, on a GPU where the workers would train on one.
 *
 * @param outputs Names of the model's; default: those that answers are made of.
 * @throws TrainerBroken if no TensorFlow starts here; ModelUnreadable
 */
export async function startInference(
  { folder, shape, task }: ExportedModel,
  outputs: readonly string[] = OUTPUTS_ASKED[task],
): Promise<InferenceProcess> {
  return InferenceProcess.start(
    { folder: savedModelIn(folder), shape, outputs },
    { CUDA_VISIBLE_DEVICES: readConfig().gpus[0] ?? '-1' },
  ).catch((error: unknown) => {
    throw error instanceof ModelUnreadable ? error : asTrainerBroken(error);
  });
}
