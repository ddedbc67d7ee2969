/**
 * The folder of embedded services: databases, objects, logs and what is known of the processes.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ServiceFailed } from './errors';

/** The kernel's own. Node never returns from a recursive `mkdir` there. */
const SYSTEM_FOLDERS = /^\/(proc|sys|dev(?!\/shm\/))(\/|$)/;

/**
 * The folder as an absolute path, made if need be: for its owner only, and for no version control.
 * @throws ServiceFailed
 */
export function prepareFolder(folder: string): string {
  const absolute = path.resolve(folder);
  if (SYSTEM_FOLDERS.test(absolute))
    throw new ServiceFailed(
      `folder ${absolute} cannot hold the services: it is the system's own; name another with --folder`,
      'notWritable',
    );
  try {
    mkdirSync(absolute, { recursive: true, mode: 0o700 });
    const ignore = path.join(absolute, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    return absolute;
  } catch (error) {
    throw cannotHold(absolute, error);
  }
}

/** A JSON file's value; undefined where the file is missing or broken, which costs no more than finding out anew. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Writes a small file whole or not at all, for its owner only. @throws ServiceFailed */
export function writeJson(file: string, value: unknown): void {
  const part = `${file}.${process.pid}.part`;
  try {
    writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw cannotHold(path.dirname(file), error);
  }
}

/** Why a folder takes no file, with the way out. */
export function cannotHold(folder: string, error: unknown): ServiceFailed {
  const code = codeOf(error);
  const full = ['ENOSPC', 'EDQUOT'].includes(code);
  const fix = full ? 'free some space, or name a folder on another disk with --folder' : 'name another with --folder';
  return new ServiceFailed(
    `folder ${folder} cannot hold the services (${code}); ${fix}`,
    full ? 'diskFull' : 'notWritable',
    { cause: error },
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
