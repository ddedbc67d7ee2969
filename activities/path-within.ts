import path from 'node:path';

/**
 * Whether a path is a folder or lies below it, by their names alone: resolve links first where they count. Both
 * absolute. A folder may be called `..x`.
 */
export function isWithin(file: string, root: string): boolean {
  const relative = path.relative(root, file);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
