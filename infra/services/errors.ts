/**
 * A server could not be started, or ended at its start. The message holds the reason, the fix and the end of the
 * server's log.
 */
export class ServiceFailed extends Error {
  override readonly name = 'ServiceFailed';
  constructor(
    message: string,
    readonly reason: ServiceFailure,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The program of a server is not on this machine. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
}

export type ServiceFailure =
  'portTaken' | 'diskFull' | 'notWritable' | 'databaseInUse' | 'noAttributes' | 'noAnswer' | 'folderBusy' | 'ended';

/** What a server's log says in each case, and what a person does about it. The first that matches counts. */
const CAUSES: readonly {
  readonly reason: ServiceFailure;
  readonly cause: string;
  readonly pattern: RegExp;
  readonly fix: string;
}[] = [
  {
    reason: 'portTaken',
    cause: 'its port is taken',
    pattern: /address already in use|port is already in use/i,
    fix: 'end the program that holds it, or name another port',
  },
  {
    reason: 'diskFull',
    cause: 'the disk is full',
    pattern: /no space left on device|disk is full|disk quota exceeded/i,
    fix: 'free some space, or name a folder on another disk with --folder',
  },
  {
    reason: 'notWritable',
    cause: 'it may not write its folder',
    pattern: /permission denied|read-only file system|readonly database/i,
    fix: 'name a folder that you may write with --folder',
  },
  {
    reason: 'databaseInUse',
    cause: 'another server uses its database',
    pattern: /database is locked/i,
    fix: 'run stepwell down, or name another folder with --folder',
  },
  {
    reason: 'noAttributes',
    cause: 'the file system keeps no extended attributes',
    pattern: /xattrs? (are|is) not supported|xattr check failed/i,
    fix: 'name a folder on another one with --folder',
  },
];

/** Why a server ended at its start, by what it wrote; undefined if that does not tell. */
export function explainLog(
  log: string,
): { readonly reason: ServiceFailure; readonly cause: string; readonly fix: string } | undefined {
  return CAUSES.find(({ pattern }) => pattern.test(log));
}
