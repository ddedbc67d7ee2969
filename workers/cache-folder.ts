/**
 * The folder for packed data sets and scratch files.
 *
 * @module
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Environment } from './environment';
import { ConfigInvalid } from './config-invalid';

/** STEPWELL_CACHE, else `stepwell` in the user's cache folder. @throws ConfigInvalid for a user without a home folder. */
export function chooseCacheFolder(environment: Environment, home: () => string = homedir): string {
  const { STEPWELL_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  if (own) return path.resolve(own);
  if (shared) return path.resolve(shared, 'stepwell');
  try {
    return path.resolve(home(), '.cache', 'stepwell');
  } catch (error) {
    // libuv knows neither HOME nor an account.
    throw new ConfigInvalid(
      'the environment is invalid: STEPWELL_CACHE must be set to a folder where the user has no home folder',
      { cause: error },
    );
  }
}

/** Makes the folder. @throws ConfigInvalid if this user cannot write there. */
export function requireCacheFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new ConfigInvalid(
      `the environment is invalid: STEPWELL_CACHE must be a folder that this user may write, got ${JSON.stringify(folder)} (${code})`,
      { cause: error },
    );
  }
}
