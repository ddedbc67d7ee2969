/** An S3 address: its bucket, then the prefix. */
export const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * What is wrong with a data set's address, wherever it leads. Any scheme but these would let a study reach into the
 * worker's network.
 */
export function addressRule(uri: string): string | undefined {
  if (uri.includes('\0')) return 'must not contain a NUL character';
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1];
  if (scheme === undefined) return undefined;
  if (uri.startsWith('s3://'))
    return S3_ADDRESS.test(uri) ? undefined : 'must be s3://bucket/prefix, with the name of a bucket';
  if (uri.startsWith('file://')) return fileRule(uri);
  return 'must be a path, a file:// or an s3:// address';
}

function fileRule(uri: string): string | undefined {
  if (!uri.startsWith('file:///')) return 'must be file:///absolute/folder: a host cannot be named';
  if (/[?#]/.test(uri)) return 'must have ? and # written as %3F and %23';
  if (/%(2f|00)/i.test(uri)) return 'must not have an encoded / or NUL in it';
  try {
    decodeURIComponent(uri);
    return undefined;
  } catch {
    return 'must have % written as %25, but where it begins an encoded character';
  }
}
