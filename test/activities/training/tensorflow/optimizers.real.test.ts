/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { freeingTensors, tf } from '../../../../activities/training/tensorflow/native';
import { OPTIMIZERS } from '../../../../activities/training/tensorflow/optimizers';
import type { OptimizerName, OptimizerSpec } from '../../../../workflows/words/study';

const RATE = 0.1;
const MOMENTUM = 0.9;
const STEPS = 25;

/** Gradients of both signs and several sizes. */
const gradientAt = (step: number): number => Math.sin(3 * step) * 10 ** ((step % 4) - 2);

/** A weight after every step, by the papers' formulas in float64; `t` counts from 1. */
type Reference = (weight: number, gradient: number, t: number, memory: Record<string, number>) => number;

const REFERENCES: Readonly<Record<OptimizerName, Reference>> = {
  sgd: (w, g) => w - RATE * g,
  momentum(w, g, _, memory) {
    memory['m'] = MOMENTUM * (memory['m'] ?? 0) - RATE * g;
    return w + memory['m'];
  },
  // Nesterov, 1983, in the form of Sutskever et al., ICML 2013, with the gradient taken at the weight itself, as Keras
  // does.
  nesterov(w, g, _, memory) {
    memory['m'] = MOMENTUM * (memory['m'] ?? 0) - RATE * g;
    return w + MOMENTUM * memory['m'] - RATE * g;
  },
  // Kingma, Ba, ICLR 2015, algorithm 1 in the order of the end of section 2.
  adam(w, g, t, memory) {
    memory['m'] = 0.9 * (memory['m'] ?? 0) + 0.1 * g;
    memory['v'] = 0.999 * (memory['v'] ?? 0) + 0.001 * g * g;
    return w - (RATE * (Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)) * memory['m']) / (Math.sqrt(memory['v']) + 1e-7);
  },
  adamw: (...args) => REFERENCES.adam(...args),
  // Hinton, "Neural networks for machine learning", lecture 6e, with momentum.
  rmsprop(w, g, _, memory) {
    memory['v'] = 0.9 * (memory['v'] ?? 0) + 0.1 * g * g;
    memory['m'] = MOMENTUM * (memory['m'] ?? 0) + (RATE * g) / Math.sqrt(memory['v'] + 1e-7);
    return w - memory['m'];
  },
  // Duchi et al., JMLR 2011, equation 1.
  adagrad(w, g, _, memory) {
    memory['a'] = (memory['a'] ?? 0.1) + g * g;
    return w - (RATE * g) / Math.sqrt(memory['a'] + 1e-7);
  },
};

function trajectory(spec: OptimizerSpec): number[] {
  const optimizer = OPTIMIZERS[spec.name];
  let weight = 1;
  let slots = optimizer.slots.map(() => optimizer.initialSlot?.(spec) ?? 0);
  return Array.from({ length: STEPS }, (_, i) =>
    freeingTensors(() => {
      const scalars: Readonly<Record<string, number>> = {
        learningRate: RATE,
        momentum: MOMENTUM,
        ...optimizer.scalars?.(spec, i + 1),
      };
      const next = optimizer.update({
        gradient: tf.tensor1d([gradientAt(i + 1)]),
        slots: slots.map((slot) => tf.tensor1d([slot])),
        scalar: (name) => tf.scalar(scalars[name] ?? Number.NaN),
      });
      slots = next.slots.map((slot) => slot.dataSync()[0]!);
      weight -= next.decrement.dataSync()[0]!;
      return weight;
    }),
  );
}

describe('every optimizer follows the formula of its paper', () => {
  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])('%s', (name) => {
    const memory: Record<string, number> = {};
    let weight = 1;
    const expected = Array.from(
      { length: STEPS },
      (_, i) => (weight = REFERENCES[name](weight, gradientAt(i + 1), i + 1, memory)),
    );
    // Float32 against float64 over 25 steps; the weights are of order 1.
    trajectory({ name }).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
  });

  it('with the constants that a study gives it', () => {
    const spec: OptimizerSpec = { name: 'adam', beta1: 0.5, beta2: 0.5, epsilon: 1 };
    const [m, v] = [0.5 * gradientAt(1), 0.5 * gradientAt(1) ** 2];
    expect(trajectory(spec)[0]).toBeCloseTo(1 - (RATE * (Math.sqrt(0.5) / 0.5) * m) / (Math.sqrt(v) + 1), 6);
    expect(trajectory({ name: 'adagrad', initialAccumulator: 4 })[0]).toBeCloseTo(
      1 - (RATE * gradientAt(1)) / Math.sqrt(4 + gradientAt(1) ** 2),
      6,
    );
  });
});
