/** A data set's files are not what their format asks for, or may not be read; a person must mend them. */
export class DatasetInvalid extends Error {
  override readonly name = 'DatasetInvalid';
}

/** A packed data set in the store is not what its content address says. */
export class DatasetCorrupt extends Error {
  override readonly name = 'DatasetCorrupt';
}

/** Code of an error of Node's, e.g. `ENOENT`; by its shape, as its class may be of another realm. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
