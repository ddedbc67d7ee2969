/**
 * Numbers of safetensors files as float32, in which everything here is computed.
 *
 * @module
 */

type Decode = (bytes: Uint8Array<ArrayBuffer>) => Float32Array;

/** What can be read; the others hold no weights. */
const READABLE: Readonly<Record<string, Decode>> = {
  F32: ({ buffer }) => new Float32Array(buffer),
  F64: ({ buffer }) => Float32Array.from(new Float64Array(buffer)),
  F16: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), halfToFloat),
  BF16: ({ buffer }) => floatsOfBits(Uint32Array.from(new Uint16Array(buffer), (bits) => bits * 2 ** 16)),
  I32: ({ buffer }) => Float32Array.from(new Int32Array(buffer)),
  I64: ({ buffer }) => Float32Array.from(new BigInt64Array(buffer), Number),
};

export const READABLE_TYPES = Object.keys(READABLE);

export const isReadable = (dtype: string): boolean => Object.hasOwn(READABLE, dtype);

/** @param dtype One of `READABLE_TYPES`. */
export function floatsOf(dtype: string, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return (READABLE[dtype] as Decode)(bytes);
}

const floatsOfBits = ({ buffer }: Uint32Array<ArrayBuffer>): Float32Array => new Float32Array(buffer);

/** Of a half, by IEEE 754-2019, section 3.4: a sign, 5 bits of exponent, 10 of fraction. */
function halfToFloat(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}
