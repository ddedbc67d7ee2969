import { lowestIndex } from '../range-test-curve';
import type { Curve } from '../range-test-curve';

/**
 * A tenth of the learning rate with the lowest loss.
 *
 * The lowest loss itself lies where training is about to break: a decade below is the custom.
 *
 * Source: fastai `minimum`, after L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017,
 * section 3.3 (arXiv:1506.01186).
 *
 * @returns `null` if the loss is lowest at the first point: nothing was learnt at any rate.
 */
export function minimum(curve: Curve): number | null {
  const index = lowestIndex(curve);
  return index <= 0 ? null : curve[index]!.learningRate / 10;
}
