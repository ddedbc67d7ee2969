/**
 * Which layer is computing, for messages: forward in its `call`, backward in the gradients of the ops that the call
 * ran.
 *
 * @module
 */
import { describeLayer } from '../../layers';
import { layersOf } from '../../model';
import { tf } from '../../native';

type Gradients = Readonly<Record<string, () => tf.Tensor>>;

/** What tfjs remembers of an op to differentiate it. */
interface TapeNode {
  readonly kernelName: string;
  gradient?: (dys: readonly tf.Tensor[]) => Gradients;
}

interface Taping {
  addTapeNode(...args: readonly unknown[]): void;
  readonly state: { readonly activeTape: readonly TapeNode[] | null };
}

export class LayerTrace {
  /** The layer that is computing, e.g. `layer 'stem' (Conv2D)`. */
  current: string | undefined;
  /** The first that threw. */
  failed: string | undefined;

  constructor(private readonly network: tf.LayersModel) {}

  /** Follows the layers while `body` runs. */
  run<T>(body: () => T): T {
    const undo = [...layersOf(this.network).map((layer) => this.followCalls(layer)), this.followGradients()];
    try {
      return body();
    } finally {
      undo.forEach((step) => step());
    }
  }

  private within<T>(place: string | undefined, body: () => T): T {
    const outer = this.current;
    this.current = place;
    try {
      return body();
    } catch (error) {
      this.failed ??= this.current;
      throw error;
    } finally {
      this.current = outer;
    }
  }

  private followCalls(layer: tf.layers.Layer): () => void {
    const original = Object.getOwnPropertyDescriptor(layer, 'call');
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => this.within(describeLayer(layer), () => call(inputs, kwargs));
    return () => {
      if (original === undefined) delete (layer as { call?: unknown }).call;
      else Object.defineProperty(layer, 'call', original);
    };
  }

  private followGradients(): () => void {
    const engine = tf.engine() as unknown as Taping;
    const addTapeNode = engine.addTapeNode.bind(engine);
    engine.addTapeNode = (...args) => {
      addTapeNode(...args);
      const node = engine.state.activeTape?.at(-1);
      if (node !== undefined && this.current !== undefined) this.name(node, this.current);
    };
    return () => delete (engine as { addTapeNode?: unknown }).addTapeNode;
  }

  private name(node: TapeNode, place: string): void {
    const { gradient, kernelName } = node;
    node.gradient = (dys) =>
      this.within(place, () => {
        if (gradient === undefined) throw new Error(`TensorFlow.js has no gradient of ${kernelName}`);
        const gradients = Object.entries(gradient(dys));
        return Object.fromEntries(gradients.map(([input, compute]) => [input, () => this.within(place, compute)]));
      });
  }
}
