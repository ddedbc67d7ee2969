/**
 * A graph loaded into TensorFlow: runs as a whole, outside of tfjs and its books on tensors.
 *
 * @module
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newOwnedFolder, sweepOwned } from '../../../owned-folders';
import { native } from '../native';
import type { Dtype, GraphNode } from './graph';
import { encodeSavedModel } from './saved-model';

const TAG = 'step';

/** A value for a placeholder. Not to be changed before `run` returns: the native side may read it in place. */
export interface Feed {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export class Session {
  private readonly id: number;

  /** @throws Error with TensorFlow's words if it does not accept the graph. */
  constructor(nodes: readonly GraphNode[]) {
    sweepOwned(tmpdir(), 'stepwell-graph-');
    const folder = newOwnedFolder(tmpdir(), 'stepwell-graph-');
    try {
      writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(nodes, { tag: TAG }));
      this.id = native().binding.loadSavedModel(folder, TAG);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Values of the tensors `outputs` after one run; only what they need is run. */
  run(feeds: readonly Feed[], outputs: readonly string[]): Float32Array[] {
    return runLoaded(this.id, feeds, outputs);
  }

  dispose(): void {
    native().binding.deleteSavedModel(this.id);
  }
}

/** As `Session.run` does, on any graph that the binding has loaded. */
export function runLoaded(session: number, feeds: readonly Feed[], outputs: readonly string[]): Float32Array[] {
  const { binding } = native();
  const types: Readonly<Record<Dtype, number>> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    uint8: binding.TF_UINT8,
    bool: binding.TF_BOOL,
  };
  const ids: number[] = [];
  try {
    for (const { shape, dtype, values } of feeds) ids.push(binding.createTensor(shape, types[dtype], values));
    const names = (list: readonly string[]): string => list.map((name) => `${name}:0`).join(',');
    const results = binding.runSavedModel(session, ids, names(feeds.map(({ name }) => name)), names(outputs));
    ids.push(...results.map(({ id }) => id));
    return results.map(({ id }) => binding.tensorDataSync(id) as Float32Array);
  } finally {
    ids.forEach((id) => binding.deleteTensor(id));
  }
}
