/** A part's purposes: what cannot run without it. */
export type Purpose = 'start' | 'test';

export interface LocatedProgram {
  readonly path: string;
  readonly version: string;
  /** Where it came from, for people: `PATH`, `SDK download`, `PyPI` or `built from source`. */
  readonly source: string;
}

export interface InspectedPart {
  readonly name: string;
  readonly neededFor: readonly Purpose[];
  readonly ok: boolean;
  readonly version?: string | undefined;
  readonly source?: string | undefined;
  /** What to do where it is missing. */
  readonly fix?: string | undefined;
}

export interface BootstrapSettings {
  readonly packageFolder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Where progress and problems are written; standard error unless given. */
  readonly output?: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
}

/** Where a program is that the bootstrap found or built; undefined before it has. Reads files only. */
export function locateProgram(
  name: 'temporal' | 'versitygw' | 'minio' | `node-${'22' | '24' | '26'}`,
  settings?: BootstrapSettings,
): LocatedProgram | undefined;

/** Every part with its version, where it came from, and what to do where it is missing. Reads files only. */
export function inspectParts(settings?: BootstrapSettings): readonly InspectedPart[];

/** Whether this version of Node will do: too old is a problem, newer than what was tried a warning. */
export function judgeNode(version: string): { readonly problem?: string; readonly warning?: string };

/**
 * Brings what the purpose needs (`['--for', 'start']`; all without one); resolves to an exit code: 0 when all parts are
 * there.
 */
export function bootstrap(args: readonly string[], settings?: BootstrapSettings): Promise<number>;
