import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeCheckpoint, encodeCheckpoint } from '../../../activities/training/loop/checkpoint';
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  writeDurably,
} from '../../../activities/training/safetensors';
import { INITIAL_STATE } from '../../../activities/training/loop/training-state';

const tensors = new Map<string, HostTensor>([
  ['kernel', { shape: [2, 2], values: Float32Array.of(1, -0, Number.NaN, 3.4e38) }],
  ['scalar', { shape: [], values: Float32Array.of(1e-45) }],
  ['empty', { shape: [0, 3], values: new Float32Array(0) }],
]);

describe('a safetensors file', () => {
  it('gives back names, shapes, metadata and every bit', () => {
    const decoded = decodeSafetensors(encodeSafetensors(tensors, { a: '1', ü: '"' }));
    expect(decoded.metadata).toEqual({ a: '1', ü: '"' });
    expect([...decoded.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [name, { shape, values }] of tensors) {
      expect(decoded.tensors.get(name)!.shape).toEqual(shape);
      expect(Buffer.from(decoded.tensors.get(name)!.values.buffer)).toEqual(Buffer.from(values.buffer));
    }
  });

  it('has the bytes that the format prescribes', () => {
    const bytes = encodeSafetensors(new Map([['w', { shape: [1], values: Float32Array.of(1) }]]));
    const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(bytes.readBigUInt64LE(0)).toBe(BigInt(Math.ceil(header.length / 8) * 8));
    expect(bytes.toString('utf8', 8, bytes.length - 4).trimEnd()).toBe(header);
    expect(bytes.subarray(-4)).toEqual(Buffer.from([0, 0, 0x80, 0x3f]));
  });

  it('cut off anywhere is refused', () => {
    const whole = encodeSafetensors(new Map([['w', { shape: [3], values: Float32Array.of(1, 2, 3) }]]));
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeSafetensors(whole.subarray(0, length))).toThrow(RangeError);
  });

  it('of another kind is refused', () => {
    expect(() => decodeSafetensors(Buffer.from('{"not": "safetensors"}'))).toThrow('safetensors header is cut off');
    const half = Buffer.from(encodeSafetensors(tensors).toString('latin1').replace('F32', 'F16'), 'latin1');
    expect(() => decodeSafetensors(half)).toThrow("safetensors tensor 'kernel' must be F32 of its shape");
  });

  it('is written whole, with nothing left beside it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-safetensors-'));
    const bytes = encodeSafetensors(tensors);
    writeDurably(path.join(folder, 'a'), Buffer.from('older and longer'.repeat(99)));
    writeDurably(path.join(folder, 'a'), bytes);
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(path.join(folder, 'a'))).toEqual(bytes);
  });
});

describe('a checkpoint', () => {
  // A double that is no float32, and the smallest there is.
  const state = { ...INITIAL_STATE, step: 41, deviceSeconds: 0.1 + 0.2, epochLoss: { sum: 5e-324, count: 1 } };

  it('gives back state, tensors and best weights, doubles to the bit', () => {
    const best = new Map([['kernel', tensors.get('scalar')!]]);
    expect(decodeCheckpoint(encodeCheckpoint({ state, tensors, best }))).toEqual({ state, tensors, best });
    expect(decodeCheckpoint(encodeCheckpoint({ state, tensors, best: null })).best).toBeNull();
  });

  it('is told from other safetensors files', () => {
    expect(() => decodeCheckpoint(encodeSafetensors(tensors))).toThrow(
      'checkpoint format must be stepwell-checkpoint/1, got none',
    );
  });
});
