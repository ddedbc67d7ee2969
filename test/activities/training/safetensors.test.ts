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
import {
  type HostTensor,
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from '../../../activities/training/safetensors';
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
    expect(() => readBytes(half)).toThrow("tensor 'kernel' must have the 8 bytes of its shape and type, has 16");
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

describe('a safetensors file of another maker', () => {
  const fileOf = (header: unknown, data: readonly ArrayBufferView[]): Buffer => {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const parts = data.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
    return Buffer.concat([length, json, ...parts]);
  };
  const entry = (dtype: string, count: number, begin: number, end: number): object => ({
    dtype,
    shape: [count],
    data_offsets: [begin, end],
  });

  it('may have its tensors in any order, and numbers of every kind that weights and counters have', () => {
    const { tensors: found, metadata } = readBytes(
      fileOf(
        {
          'bn.num_batches_tracked': { dtype: 'I64', shape: [], data_offsets: [28, 36] },
          double: entry('F64', 1, 0, 8),
          half: entry('F16', 6, 8, 20),
          __metadata__: { format: 'pt' },
          brain: entry('BF16', 2, 20, 24),
          whole: entry('I32', 1, 24, 28),
        },
        [
          Float64Array.of(0.1),
          // 1, -2, the smallest, the largest, infinity, not a number. Source: IEEE 754-2019, table 3.5.
          Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e00),
          Uint16Array.of(0x3f80, 0xc2f7),
          Int32Array.of(-7),
          BigInt64Array.of(12_345n),
        ],
      ),
    );
    expect(metadata).toEqual({ format: 'pt' });
    const values = (name: string): number[] => [...found.get(name)!.values];
    expect(values('half')).toEqual([1, -2, 2 ** -24, 65_504, Infinity, NaN]);
    expect([values('double'), values('brain'), values('whole')]).toEqual([[Math.fround(0.1)], [1, -123.5], [-7]]);
    expect(found.get('bn.num_batches_tracked')).toEqual({ shape: [], values: Float32Array.of(12_345) });
  });

  it('is opened whatever else it has, which only to read is refused', () => {
    writeFileSync(file, fileOf({ mask: entry('BOOL', 2, 0, 2), later: entry('F4', 2, 2, 3) }, [new Uint8Array(3)]));
    const opened = openSafetensors(file);
    expect([...opened.header.tensors.keys()]).toEqual(['mask', 'later']);
    expect(() => opened.read('mask')).toThrow("tensor 'mask' must be F32, F64, F16, BF16, I32, I64, is BOOL");
    opened.close();
  });

  it.each<[string, unknown, string]>([
    ['overlap', { a: entry('F32', 2, 0, 8), b: entry('F32', 1, 4, 8) }, "'b' lies in 'a'"],
    ['lie behind its end', { a: entry('F32', 2, 4, 12) }, "'a' is cut off"],
    ['lie before its begin', { a: entry('F32', 2, -4, 4) }, 'two data_offsets'],
    ['run backwards', { a: entry('F32', 0, 8, 0) }, 'has -8'],
    ['have no shape', { a: { dtype: 'F32', data_offsets: [0, 8] } }, 'must have dtype, shape'],
    ['have sides that are no sizes', { a: { dtype: 'F32', shape: [1.5], data_offsets: [0, 6] } }, 'must have dtype'],
    ['are a list', [1], 'tensors by name'],
    ['are numbers in its metadata', { __metadata__: { a: 1 } }, 'texts by name'],
    ['are no JSON', '{"a"', 'not JSON'],
  ])('is refused if tensors %s', (_, header, words) => {
    expect(() => readBytes(fileOf(header, [new Uint8Array(8)]))).toThrow(words);
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
