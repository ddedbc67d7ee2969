import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The package that ours carries inside itself. Installed by npm it downloads 300 MB of an obsolete library for a GPU,
 * and fails the installation of everything where that host cannot be reached; the bootstrap brings the libraries and
 * builds its native part.
 */
export const CARRIED_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** The code, and what its native part is built from. */
const KEPT = ['dist', 'binding', 'binding.gyp', 'README.md'];

/** Published with the code, and in need of packages of their own. */
const TESTS = /_tests?\.(js|d\.ts)$/;

/** Puts it where code in `dist` finds it, without the script that npm would run. Its dependencies are among our own. */
export function carryPackage(dist: string): void {
  const source = path.dirname(require.resolve(`${CARRIED_PACKAGE}/package.json`));
  const target = path.join(dist, 'node_modules', CARRIED_PACKAGE);
  mkdirSync(target, { recursive: true });
  for (const name of KEPT)
    cpSync(path.join(source, name), path.join(target, name), { recursive: true, filter: (file) => !TESTS.test(file) });
  const manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as Record<string, unknown>;
  const changed = Object.entries(manifest).filter(
    ([name]) => !['scripts', 'devDependencies', 'gypfile'].includes(name),
  );
  const note = { '//': 'as published, less its scripts: see infra/build of stepwell' };
  writeFileSync(
    path.join(target, 'package.json'),
    `${JSON.stringify({ ...note, ...Object.fromEntries(changed) }, null, 2)}\n`,
  );
}
