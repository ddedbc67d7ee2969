/**
 * What the bootstrap knows: where the programs are, and which process is which.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { InspectedPart, LocatedProgram } from '../bootstrap/locate.cjs';
import { ServiceUnavailable } from './errors';

type Locate = typeof import('../bootstrap/locate.cjs');

export type ProgramName = Exclude<Parameters<Locate['locateProgram']>[0], `node-${string}`>;

/** A process that can be told from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

interface Identify {
  startTimeOf(pid: number): string | undefined;
  isRunning(identity: ProcessIdentity): boolean;
}

interface ProcessLock {
  acquireProcessLock(
    file: string,
    options: { readonly pollMs: number; readonly onBusy: (holder: ProcessIdentity) => void },
  ): Promise<() => void>;
}

const TITLES: Readonly<Record<ProgramName, string>> = {
  temporal: 'the Temporal server',
  versitygw: 'the S3 server VersityGW',
  minio: 'the S3 server MinIO',
};

/** Undefined where it is not on this machine. */
export function findProgram(name: ProgramName): LocatedProgram | undefined {
  return fromBootstrap<Locate>('locate.cjs').locateProgram(name);
}

/** @throws ServiceUnavailable saying how to get it. */
export function requireProgram(name: ProgramName): LocatedProgram {
  const program = findProgram(name);
  if (program === undefined) {
    throw new ServiceUnavailable(
      `${TITLES[name]} is not on this machine; get it with npm run bootstrap in a checkout, or npx stepwell bootstrap elsewhere`,
    );
  }
  return program;
}

/** Every part that the bootstrap brings, with its version and what to do where it is missing. */
export function inspectParts(): readonly InspectedPart[] {
  return fromBootstrap<Locate>('locate.cjs').inspectParts();
}

/** Whether a version of Node will do. */
export function judgeNode(version: string): ReturnType<Locate['judgeNode']> {
  return fromBootstrap<Locate>('locate.cjs').judgeNode(version);
}

export function isRunning(identity: ProcessIdentity): boolean {
  return fromBootstrap<Identify>('process-identity.cjs').isRunning(identity);
}

/** Undefined where the process has ended already. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = fromBootstrap<Identify>('process-identity.cjs').startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Waits until this process holds a lock file, as the bootstrap does. @returns What gives it back. */
export const acquireProcessLock: ProcessLock['acquireProcessLock'] = (file, options) =>
  fromBootstrap<ProcessLock>('process-lock.cjs').acquireProcessLock(file, options);

/**
 * Plain Node that is never compiled: beside this folder in a checkout, in the package's own root beside the compiled
 * code.
 */
function fromBootstrap<Module>(file: string): Module {
  const folders = ['../bootstrap', '../../../infra/bootstrap'].map((folder) => path.join(__dirname, folder));
  const folder = folders.find((candidate) => existsSync(path.join(candidate, file))) ?? folders[0];
  return require(`${folder}/${file}`) as Module;
}
