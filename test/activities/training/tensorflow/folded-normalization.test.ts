import { type GraphNode, operation } from '../../../../activities/training/tensorflow/compiled/graph';
import { withFoldedNormalization } from '../../../../activities/training/tensorflow/compiled/rewrites/folded-normalization';
import { described } from '../../../support/graphs';

const CONVOLUTION = operation('conv', 'Conv2D', ['image', 'kernel'], 'float32', { padding: { s: 'SAME' } });
const normalization = (training = false, format = 'NHWC'): GraphNode =>
  operation('norm', 'FusedBatchNormV3', ['conv', 'gamma', 'beta', 'mean', 'variance'], 'float32', {
    epsilon: { f: 0.5 },
    data_format: { s: format },
    is_training: { b: training },
  });
const use = (of: string): GraphNode => operation(`use-of-${of}`, 'Relu', [of], 'float32');

const FOLDED = [
  'norm/epsilon = Const()',
  'norm/spread = AddV2(variance, norm/epsilon)',
  'norm/inverse = Rsqrt(norm/spread)',
  'norm/factor = Mul(gamma, norm/inverse)',
  'norm/kernel = Mul(kernel, norm/factor)',
  'norm/centre = Mul(mean, norm/factor)',
  'norm/bias = Sub(beta, norm/centre)',
  'conv = Conv2D(image, norm/kernel)',
  'norm = BiasAdd(conv, norm/bias)',
];

describe('batch normalization behind a convolution', () => {
  it('becomes a factor of its kernel and a bias', () => {
    const nodes = withFoldedNormalization([CONVOLUTION, normalization(), use('norm')]);
    expect(described(nodes)).toEqual([...FOLDED, 'use-of-norm = Relu(norm)']);
    expect(nodes.find(({ name }) => name === 'norm/epsilon')?.constant?.values).toEqual(Float32Array.of(0.5));
    expect(nodes.find(({ name }) => name === 'conv')?.attributes).toBe(CONVOLUTION.attributes);
  });

  it.each<[string, readonly GraphNode[]]>([
    ['something else takes the answer of the convolution too', [CONVOLUTION, normalization(), use('conv')]],
    ['it is in training', [CONVOLUTION, normalization(true)]],
    ['channels come first', [CONVOLUTION, normalization(false, 'NCHW')]],
    ['there is no convolution', [operation('conv', 'MatMul', ['image', 'kernel'], 'float32'), normalization()]],
  ])('stays if %s', (_, nodes) => {
    expect(withFoldedNormalization(nodes)).toEqual(nodes);
  });
});
