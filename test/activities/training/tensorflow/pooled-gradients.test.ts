import { constant, type GraphNode, operation } from '../../../../activities/training/tensorflow/compiled/graph';
import { withPooledGradients } from '../../../../activities/training/tensorflow/compiled/rewrites/pooled-gradients';
import { described } from '../../../support/graphs';

const axes = (...values: readonly number[]): GraphNode =>
  constant('axes', { dtype: 'int32', shape: [values.length], values: Int32Array.from(values) });
const node = (name: string, op: string, ...inputs: readonly string[]): GraphNode =>
  operation(name, op, inputs, 'float32');

const POOL = node('poolGrad', 'MaxPoolGrad', 'relu', 'pool', 'dy');
const RELU = node('reluGrad', 'ReluGrad', 'poolGrad', 'relu');
const FILTER = node('filterGrad', 'Conv2DBackpropFilter', 'image', 'sizes', 'reluGrad');

describe('the gradient of an activation behind that of a max pool', () => {
  it('runs on the pooled tensor, and sums over all places with it', () => {
    expect(
      described(withPooledGradients([POOL, RELU, FILTER, axes(0, 1, 2), node('biasGrad', 'Sum', 'reluGrad', 'axes')])),
    ).toEqual([
      'reluGrad/pooled = ReluGrad(dy, pool)',
      'reluGrad = MaxPoolGrad(relu, pool, reluGrad/pooled)',
      'filterGrad = Conv2DBackpropFilter(image, sizes, reluGrad)',
      'axes = Const()',
      'biasGrad = Sum(reluGrad/pooled, axes)',
    ]);
  });

  it('keeps the order of inputs that its op has', () => {
    const sigmoid = node('sigmoidGrad', 'SigmoidGrad', 'relu', 'poolGrad');
    expect(described(withPooledGradients([POOL, sigmoid]))).toEqual([
      'sigmoidGrad/pooled = SigmoidGrad(pool, dy)',
      'sigmoidGrad = MaxPoolGrad(relu, pool, sigmoidGrad/pooled)',
    ]);
  });

  it('sums over some places as before', () => {
    expect(
      described(withPooledGradients([POOL, RELU, axes(1, 2), node('sum', 'Sum', 'reluGrad', 'axes')])).at(-1),
    ).toBe('sum = Sum(reluGrad, axes)');
  });

  it.each<[string, readonly GraphNode[]]>([
    ['the pool looked at something else', [POOL, node('reluGrad', 'ReluGrad', 'poolGrad', 'another')]],
    ["the pool's gradient has another use", [POOL, RELU, node('use', 'Neg', 'poolGrad')]],
    ['the gradient follows from more than the answer', [POOL, node('eluGrad', 'SoftplusGrad', 'poolGrad', 'relu')]],
    ['there is no pool', [node('reluGrad', 'ReluGrad', 'dy', 'relu'), FILTER]],
  ])('stays where it is if %s', (_, nodes) => {
    expect(withPooledGradients(nodes)).toEqual(nodes);
  });
});
