import { createHash } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCheckpoint, writeCheckpoint } from '../../../activities/training/loop/checkpoint';
import { type HostTensor, readSafetensors, writeSafetensors } from '../../../activities/training/safetensors';
import { INITIAL_STATE } from '../../../activities/training/loop/training-state';

const file = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-safetensors-')), 'a');

const written = (...args: Parameters<typeof writeSafetensors> extends [string, ...infer R] ? R : never): Buffer => {
  writeSafetensors(file, ...args);
  return readFileSync(file);
};
const readBytes = (bytes: Uint8Array): ReturnType<typeof readSafetensors> => {
  writeFileSync(file, bytes);
  return readSafetensors(file);
};

const tensors = new Map<string, HostTensor>([
  ['kernel', { shape: [2, 2], values: Float32Array.of(1, -0, Number.NaN, 3.4e38) }],
  ['scalar', { shape: [], values: Float32Array.of(1e-45) }],
  ['empty', { shape: [0, 3], values: new Float32Array(0) }],
]);

describe('a safetensors file', () => {
  it('gives back names, shapes, metadata and every bit', () => {
    const decoded = readBytes(written(tensors, { a: '1', ü: '"' }));
    expect(decoded.metadata).toEqual({ a: '1', ü: '"' });
    expect([...decoded.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [name, { shape, values }] of tensors) {
      expect(decoded.tensors.get(name)!.shape).toEqual(shape);
      expect(Buffer.from(decoded.tensors.get(name)!.values.buffer)).toEqual(Buffer.from(values.buffer));
    }
  });

  it('has the bytes that the format prescribes', () => {
    const bytes = written(new Map([['w', { shape: [1], values: Float32Array.of(1) }]]));
    const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(bytes.readBigUInt64LE(0)).toBe(BigInt(Math.ceil(header.length / 8) * 8));
    expect(bytes.toString('utf8', 8, bytes.length - 4).trimEnd()).toBe(header);
    expect(bytes.subarray(-4)).toEqual(Buffer.from([0, 0, 0x80, 0x3f]));
  });

  it('cut off anywhere is refused', () => {
    const whole = written(new Map([['w', { shape: [3], values: Float32Array.of(1, 2, 3) }]]));
    for (let length = 0; length < whole.length; length++)
      expect(() => readBytes(whole.subarray(0, length))).toThrow(RangeError);
  });

  it('of another kind is refused', () => {
    expect(() => readBytes(Buffer.from('{"not": "safetensors"}'))).toThrow('safetensors header is cut off');
    const half = Buffer.from(written(tensors).toString('latin1').replace('F32', 'F16'), 'latin1');
    expect(() => readBytes(half)).toThrow("safetensors tensor 'kernel' must be F32 of its shape");
  });

  it('is told by its size and its hash, over whatever was there', () => {
    writeFileSync(file, 'older and longer'.repeat(99));
    const told = writeSafetensors(file, tensors);
    const bytes = readFileSync(file);
    expect(told).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  });

  it('is read by the place of each tensor, however far behind 4 GiB that lies', () => {
    const begin = 5 * 2 ** 30;
    const header = Buffer.from(
      JSON.stringify({
        none: { dtype: 'F32', shape: [0], data_offsets: [0, 0] },
        behind: { dtype: 'F32', shape: [2], data_offsets: [begin, begin + 8] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    // Sparse: the disk holds nothing of what lies between.
    const sparse = openSync(file, 'w');
    writeSync(sparse, Buffer.concat([length, header]));
    ftruncateSync(sparse, 8 + header.length + begin + 4);
    writeSync(sparse, Buffer.from(Float32Array.of(1, 2).buffer), 0, 8, 8 + header.length + begin);
    closeSync(sparse);
    expect([...readSafetensors(file).tensors.get('behind')!.values]).toEqual([1, 2]);
    rmSync(file);
  });
});

describe('a checkpoint', () => {
  // A double that is no float32, and the smallest there is.
  const state = { ...INITIAL_STATE, step: 41, deviceSeconds: 0.1 + 0.2, epochLoss: { sum: 5e-324, count: 1 } };

  it('gives back state, tensors and best weights, doubles to the bit', () => {
    const best = new Map([['kernel', tensors.get('scalar')!]]);
    writeCheckpoint(file, { state, tensors, best });
    expect(readCheckpoint(file)).toEqual({ state, tensors, best });
    writeCheckpoint(file, { state, tensors, best: null });
    expect(readCheckpoint(file).best).toBeNull();
  });

  it('is told from other safetensors files', () => {
    writeSafetensors(file, tensors);
    expect(() => readCheckpoint(file)).toThrow('checkpoint format must be stepwell-checkpoint/1, got none');
  });
});
