/**
 * @jest-environment ./test/support/native-environment.ts
 */
import type { Constant } from '../../../../activities/training/tensorflow/compiled/graph';
import {
  OutputShapes,
  type ShapeInput,
} from '../../../../activities/training/tensorflow/compiled/recording/output-shapes';
import { type OpAttribute, tf } from '../../../../activities/training/tensorflow/native';

const given = (tensor: tf.Tensor, value?: Constant): ShapeInput => ({
  shape: tensor.shape,
  dtype: tensor.dtype,
  constant: value,
});
const integers = (...values: readonly number[]): ShapeInput =>
  given(tf.tensor1d([...values], 'int32'), { dtype: 'int32', shape: [values.length], values: Int32Array.from(values) });

const PLAIN: readonly OpAttribute[] = [];

describe('shapes of what has run', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  /** Whether an op runs, the second time. */
  function runsAgain(
    first: readonly ShapeInput[],
    second: readonly ShapeInput[],
    output: tf.Tensor = tf.ones([2, 3]),
    attributes = [PLAIN, PLAIN],
  ): boolean {
    const shapes = new OutputShapes();
    const run = jest.fn(() => [output]);
    const [before, after] = [first, second].map((inputs, i) => shapes.outputs('Op', attributes[i]!, inputs, run)[0]!);
    expect(before).toBe(output);
    expect({ shape: after!.shape, dtype: after!.dtype }).toEqual({ shape: output.shape, dtype: output.dtype });
    return run.mock.calls.length === 2;
  }

  it('are known for other inputs of the same shapes', () => {
    expect(runsAgain([given(tf.ones([2, 2]))], [given(tf.zeros([2, 2]))])).toBe(false);
    expect(runsAgain([given(tf.ones([2, 2]))], [given(tf.ones([2, 3]))])).toBe(true);
  });

  it('go by what arguments say', () => {
    expect(runsAgain([given(tf.ones([4])), integers(2, 2)], [given(tf.ones([4])), integers(2, 2)])).toBe(false);
    expect(runsAgain([given(tf.ones([4])), integers(2, 2)], [given(tf.ones([4])), integers(4, 1)])).toBe(true);
  });

  it('go by attributes', () => {
    const attribute = (value: number): readonly OpAttribute[] => [{ name: 'k', type: 1, value }];
    expect(runsAgain([given(tf.ones([4]))], [given(tf.ones([4]))], undefined, [attribute(1), attribute(2)])).toBe(true);
  });

  it('are not known where they may follow from computed whole numbers, nor of anything but floats', () => {
    const computed = given(tf.tensor1d([2, 2], 'int32'));
    expect(runsAgain([given(tf.ones([4])), computed], [given(tf.ones([4])), computed])).toBe(true);
    expect(runsAgain([given(tf.ones([4]))], [given(tf.ones([4]))], tf.ones([4], 'int32'))).toBe(true);
  });

  it.each<[string, (examples: number) => readonly ShapeInput[], (examples: number) => readonly number[][]]>([
    [
      'Conv2D',
      (examples) => [given(tf.ones([examples, 5, 5, 2])), given(tf.ones([3, 3, 2, 4]))],
      (examples) => [[examples, 3, 3, 4]],
    ],
    [
      'Conv2DBackpropInput',
      (examples) => [integers(examples, 5, 5, 2), given(tf.ones([3, 3, 2, 4])), given(tf.ones([examples, 3, 3, 4]))],
      (examples) => [[examples, 5, 5, 2]],
    ],
    [
      'Conv2DBackpropFilter',
      (examples) => [given(tf.ones([examples, 5, 5, 2])), integers(3, 3, 2, 4), given(tf.ones([examples, 3, 3, 4]))],
      () => [[3, 3, 2, 4]],
    ],
    [
      'AvgPoolGrad',
      (examples) => [integers(examples, 5, 5, 2), given(tf.ones([examples, 2, 2, 2]))],
      (examples) => [[examples, 5, 5, 2]],
    ],
    [
      'FusedBatchNormV3',
      (examples) => [given(tf.ones([examples, 5, 5, 2])), given(tf.ones([2]))],
      (examples) => [[examples, 5, 5, 2], [2], [2]],
    ],
  ])('of %s are known for any number of examples, and for other sides they are not', (op, inputs, outputs) => {
    const shapes = new OutputShapes();
    shapes.outputs(op, PLAIN, inputs(2), () => outputs(2).map((shape) => tf.ones(shape)));
    const unexpected = (): never => {
      throw new Error('runs again');
    };
    expect(shapes.outputs(op, PLAIN, inputs(7), unexpected).map(({ shape }) => shape)).toEqual(outputs(7));
    const [first, ...others] = inputs(2);
    expect(() => shapes.outputs(op, PLAIN, [given(tf.ones([2, 6, 5, 2])), ...others], unexpected)).toThrow(
      'runs again',
    );
    expect(() => shapes.outputs('Op', PLAIN, [first!, ...others], unexpected)).toThrow('runs again');
  });
});
