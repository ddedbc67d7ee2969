/**
 * Batch normalization behind a convolution, folded into its kernel and a bias: in evaluation both are linear. What is
 * left is a form that TensorFlow computes as one op, together with a sum and an activation that follow.
 *
 * Source: B. Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
 * Inference", CVPR 2018, section 3.2.
 *
 * @module
 */
import { constant, type GraphNode, operation, usesOf } from '../graph';

/** A convolution and the normalization that alone takes its answer. */
interface Pair {
  readonly convolution: GraphNode;
  readonly normalization: GraphNode;
}

/** The same evaluation, up to rounding. */
export function withFoldedNormalization(nodes: readonly GraphNode[]): readonly GraphNode[] {
  const uses = usesOf(nodes);
  const convolutions = new Map(
    nodes.filter(({ op, name }) => op === 'Conv2D' && uses.get(name) === 1).map((node) => [node.name, node]),
  );
  const pairs = nodes.flatMap((normalization): Pair[] => {
    const convolution = isFoldable(normalization) ? convolutions.get(normalization.inputs[0] as string) : undefined;
    return convolution === undefined ? [] : [{ convolution, normalization }];
  });
  const folded = new Map(
    pairs.map(({ normalization, convolution }) => [normalization.name, fold(normalization, convolution)]),
  );
  const gone = new Set(pairs.map(({ convolution }) => convolution.name));
  return nodes.filter(({ name }) => !gone.has(name)).flatMap((node) => folded.get(node.name) ?? [node]);
}

function isFoldable({ op, attributes }: GraphNode): boolean {
  const { is_training: training, data_format: format } = attributes;
  return (
    op === 'FusedBatchNormV3' &&
    training !== undefined &&
    'b' in training &&
    !training.b &&
    format !== undefined &&
    's' in format &&
    format.s === 'NHWC'
  );
}

function fold({ name, inputs, attributes, layer }: GraphNode, convolution: GraphNode): GraphNode[] {
  const [, gamma, beta, mean, variance] = inputs as [string, string, string, string, string];
  const [image, kernel] = convolution.inputs as [string, string];
  const epsilon = 'f' in attributes['epsilon']! ? attributes['epsilon'].f : 0;
  const at = (part: string): string => `${name}/${part}`;
  const nodes = [
    constant(at('epsilon'), { dtype: 'float32', shape: [], values: Float32Array.of(epsilon) }),
    operation(at('spread'), 'AddV2', [variance, at('epsilon')], 'float32'),
    operation(at('inverse'), 'Rsqrt', [at('spread')], 'float32'),
    operation(at('factor'), 'Mul', [gamma, at('inverse')], 'float32'),
    operation(at('kernel'), 'Mul', [kernel, at('factor')], 'float32'),
    operation(at('centre'), 'Mul', [mean, at('factor')], 'float32'),
    operation(at('bias'), 'Sub', [beta, at('centre')], 'float32'),
    { ...convolution, inputs: [image, at('kernel')] },
    operation(name, 'BiasAdd', [convolution.name, at('bias')], 'float32', { data_format: { s: 'NHWC' } }),
  ];
  return nodes.map((node) => (layer === undefined ? node : { ...node, layer }));
}
