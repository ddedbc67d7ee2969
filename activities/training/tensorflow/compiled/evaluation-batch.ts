/** Examples per run: enough to be fast, few enough that filling up the last batch wastes little. */
const BATCH_MAX = 128;

/**
 * Elements of the largest tensor of a run, 32 MiB of float32: some four of that size live at a time in a residual
 * network, and more parallel work than that no device needs.
 */
const ELEMENTS_MAX = 2 ** 23;

/**
 * Examples per run of a model that computes a tensor of `elements` for each: a power of two from 1 to `BATCH_MAX`. It
 * follows from the model alone, and from nothing of the machine: TensorFlow's products round in another way for fewer
 * than some eight rows.
 */
export function evaluationBatchOf(elements: number): number {
  return 2 ** Math.floor(Math.log2(Math.min(BATCH_MAX, Math.max(1, ELEMENTS_MAX / elements))));
}
