import { tf } from '../native';
import type { ModelContext } from './model';
import { seeded } from './seeds';

const STAGE_FILTERS = [16, 32, 64];
const BLOCKS_PER_STAGE = 3;

type Node = tf.SymbolicTensor;

/** Convolution without bias, then batch normalization. */
function convNorm(
  context: ModelContext,
  input: Node,
  name: string,
  filters: number,
  kernelSize: number,
  strides: number,
): Node {
  const conv = tf.layers.conv2d({
    filters,
    kernelSize,
    strides,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'heNormal',
    name,
  });
  const norm = tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name: `${name}-norm` });
  return norm.apply(seeded(conv, context, name).apply(input)) as Node;
}

const relu = (input: Node, name: string): Node =>
  tf.layers.activation({ activation: 'relu', name }).apply(input) as Node;

function block(context: ModelContext, input: Node, name: string, filters: number, strides: number): Node {
  const first = relu(convNorm(context, input, `${name}-a`, filters, 3, strides), `${name}-a-relu`);
  const second = convNorm(context, first, `${name}-b`, filters, 3, 1);
  const same = strides === 1 && input.shape[3] === filters;
  const shortcut = same ? input : convNorm(context, input, `${name}-shortcut`, filters, 1, strides);
  return relu(tf.layers.add({ name: `${name}-add` }).apply([second, shortcut]) as Node, `${name}-relu`);
}

/**
 * ResNet-20 for CIFAR-10 with projection shortcuts where the shape changes.
 *
 * Source: K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
 */
export function resnet20(context: ModelContext, dropoutRate: number): tf.LayersModel {
  const image = tf.input({ shape: [...context.shape], name: 'image' });
  let node = relu(convNorm(context, image, 'stem', 16, 3, 1), 'stem-relu');
  STAGE_FILTERS.forEach((filters, stage) => {
    for (let i = 0; i < BLOCKS_PER_STAGE; i++) {
      node = block(context, node, `stage${stage + 1}-${i + 1}`, filters, stage > 0 && i === 0 ? 2 : 1);
    }
  });
  const pooled = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(node) as Node;
  const dropped = tf.layers.dropout({ rate: dropoutRate, name: 'dropout' }).apply(pooled) as Node;
  const logits = seeded(
    tf.layers.dense({ units: context.classes, kernelInitializer: 'heNormal', name: 'logits' }),
    context,
    'logits',
  );
  return tf.model({ name: 'classifier', inputs: image, outputs: logits.apply(dropped) as Node });
}
