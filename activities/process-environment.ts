/**
 * What of this process's environment a program that is started here may see.
 *
 * @module
 */

/** Of the machine, the user and the terminal. */
const NAMES: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'XDG_CACHE_HOME',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'NODE_OPTIONS',
]);

/** Of Stepwell, and of the libraries that compute. */
const PREFIXES: readonly string[] = [
  'STEPWELL_',
  'LC_',
  'CUDA_',
  'CUDNN_',
  'CUBLAS_',
  'NVIDIA_',
  'TF_',
  'XLA_',
  'OMP_',
  'KMP_',
  'MKL_',
  'MALLOC_',
  'UV_',
];

/**
 * An environment without credentials, proxies or settings that are meant for another server: a list of what is let
 * through, since one of what is kept back is never whole.
 */
export function environmentForPrograms(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (NAMES.has(entry[0]) || PREFIXES.some((prefix) => entry[0].startsWith(prefix))),
    ),
  );
}
