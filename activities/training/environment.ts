/**
 * What TensorFlow reads from the environment. Import this before anything that loads TensorFlow: the library looks
 * once, while loading.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { usableCores } from '../usable-cores';

// The sums are grouped by thread, so the bits depend on the count: it is fixed and named in the engine identity. The
// worker shares its cores out among its trainers, so its word counts before what it inherited.
const threads =
  process.env['STEPWELL_TRAINER_THREADS'] ?? process.env['TF_NUM_INTRAOP_THREADS'] ?? String(usableCores());
process.env['TF_NUM_INTRAOP_THREADS'] = threads;
process.env['TF_NUM_INTEROP_THREADS'] = threads;

const SETTINGS: Readonly<Record<string, string>> = {
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  TF_DETERMINISTIC_OPS: '1',
  NVIDIA_TF32_OVERRIDE: '0',
};

/** Where set, they have graphs compiled in another way. */
const XLA_FLAGS = ['XLA_FLAGS', 'TF_XLA_FLAGS'];

for (const [name, value] of Object.entries(SETTINGS)) process.env[name] ??= value;

/** Bytes of images that this process may hold in its graphs; its worker sets the limit, and by itself it has none. */
export const residentBytes = (): number => Number(process.env['STEPWELL_RESIDENT_BYTES'] ?? Number.POSITIVE_INFINITY);

/**
 * The widest vector extension that changes how sums are grouped, as Linux names it; the bare architecture elsewhere.
 */
function vectorExtension(): string {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
    return ['avx512_bf16', 'avx512_vnni', 'avx512f', 'avx2', 'avx'].find((flag) => flags.includes(flag)) ?? 'base';
  } catch {
    return 'base';
  }
}

/** The part of an engine's identity that this process decides before TensorFlow is loaded. */
export function hostIdentity(): string {
  const flags = XLA_FLAGS.flatMap((name) => (process.env[name] ? [`${name} ${process.env[name]}`] : []));
  const { TF_NUM_INTRAOP_THREADS, TF_ENABLE_ONEDNN_OPTS } = process.env;
  return [
    `${process.arch}-${vectorExtension()}`,
    `threads ${TF_NUM_INTRAOP_THREADS}`,
    `onednn ${TF_ENABLE_ONEDNN_OPTS}`,
    ...flags,
  ].join(', ');
}
