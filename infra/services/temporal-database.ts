import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from './programs';

/** The file names of databases, whichever version wrote them. */
const DATABASE = /^temporal-.*\.db$/;

interface Versioned {
  readonly version: string;
}

/**
 * A database of another version is another file: a server never migrates one. It starts on an older one all the same,
 * and then lacks its own new tables and columns.
 */
export function temporalDatabase(folder: string, { version }: Versioned): string {
  return path.join(folder, `temporal-${version.replace(/^v/, '').replace(/[^\w.]+/g, '-')}.db`);
}

/**
 * What a person has to know where the folder holds databases of other versions only, and what helps; undefined where
 * the one of this machine's server is there, or none at all.
 */
export function foreignDatabases(
  folder: string,
  program: Versioned | undefined = findProgram('temporal'),
): string | undefined {
  if (program === undefined || !existsSync(folder) || existsSync(temporalDatabase(folder, program))) return undefined;
  const others = readdirSync(folder).filter((name) => DATABASE.test(name));
  if (others.length === 0) return undefined;
  return (
    `Temporal ${program.version} cannot use ${others.join(', ')}, which another version wrote, and begins an empty database; ` +
    'studies that were unfinished go on with stepwell recover, or with the version that wrote it on PATH'
  );
}
