import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const BOOTSTRAP = path.resolve(__dirname, '../../../infra/bootstrap');

/** A module of the bootstrap, which is plain JavaScript: the caller says what it expects of it. */
export function load<Module>(file: string): Module {
  return require(path.join(BOOTSTRAP, file)) as Module;
}

export interface Context {
  readonly packageFolder: string;
  readonly cacheFolder: string;
  readonly isCheckout: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

export interface Inspection {
  readonly ok: boolean;
  readonly version?: string;
  readonly source?: string;
  readonly path?: string;
  readonly fix?: string;
}

export interface Part {
  readonly name: string;
  readonly neededFor: readonly string[];
  inspect(context: Context): Inspection;
  prepare(context: Context): Promise<void>;
}

/** A package folder, a cache and a PATH of their own, all empty, with what the bootstrap says collected in `said`. */
export interface Sandbox {
  readonly folder: string;
  readonly packageFolder: string;
  readonly cacheFolder: string;
  readonly binFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly said: string[];
  readonly context: Context;
  /** Writes a file, below the sandbox's folder. */
  write(file: string, content: string): string;
  /** Writes a program onto the sandbox's PATH. */
  program(name: string, script: string): string;
  remove(): void;
}

export function createSandbox(environment: NodeJS.ProcessEnv = {}): Sandbox {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-bootstrap-'));
  const [packageFolder, cacheFolder, binFolder] = ['package', 'cache', 'bin'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  [packageFolder, binFolder].forEach((name) => mkdirSync(name));
  const said: string[] = [];
  const everything = { PATH: binFolder, STEPWELL_CACHE: cacheFolder, HOME: folder, ...environment };
  const write = (file: string, content: string): string => {
    const place = path.resolve(folder, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, content);
    return place;
  };
  const { createContext } = load<{ createContext(settings: object): Context }>('context.cjs');
  write('package/package.json', '{"name":"stepwell","version":"0.0.0"}');
  write('package/package-lock.json', '{"packages":{}}');
  return {
    folder,
    packageFolder,
    cacheFolder,
    binFolder,
    said,
    write,
    environment: everything,
    context: createContext({
      packageFolder,
      environment: everything,
      output: { write: (text: string) => said.push(text) },
    }),
    program: (name, script) => {
      const place = write(path.join('bin', name), `#!/bin/sh\n${script}\n`);
      chmodSync(place, 0o755);
      return place;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
