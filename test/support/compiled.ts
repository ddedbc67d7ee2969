/**
 * The product as the package ships it, compiled with its workflow bundle: its processes start in a third of the time
 * that the sources take through tsx, and a tuner worker has nothing to bundle.
 *
 * @module
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformFileSync } from '@swc/core';
import { workflowBundle } from '../../infra/build/workflow-bundle';
import { projectFiles, PROJECT } from './source-tree';

/** How a run hands the folder to its tests: by the environment, which test processes inherit. */
const COMPILED_VARIABLE = 'STEPWELL_TEST_COMPILED';

const PRODUCT = /^(index\.ts$|(workflows|activities|workers|cli|infra)\/.*\.ts$)/;

/**
 * Compiles the product for this run and the processes that it starts, unless that has been done.
 *
 * @returns What removes it again.
 */
export async function compileProduct(): Promise<() => void> {
  if (process.env[COMPILED_VARIABLE] !== undefined) return () => undefined;
  // Below the checkout, where Node finds its packages.
  mkdirSync(path.join(PROJECT, '.stepwell'), { recursive: true });
  const folder = mkdtempSync(path.join(PROJECT, '.stepwell', 'compiled-'));
  for (const file of projectFiles().filter((name) => PRODUCT.test(name))) {
    const { code } = transformFileSync(path.join(PROJECT, file), {
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    });
    const target = path.join(folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  copyFileSync(path.join(PROJECT, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(PROJECT, 'infra', 'bootstrap'), path.join(folder, 'infra', 'bootstrap'));
  const bundle = await workflowBundle(path.join(folder, 'workflows', 'index.js'), folder);
  writeFileSync(path.join(folder, 'workflow-bundle.js'), bundle);
  process.env[COMPILED_VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A file of the compiled product, e.g. `cli/main.js`. @throws Error where nothing has been compiled. */
export function compiledFile(name: string): string {
  const folder = process.env[COMPILED_VARIABLE];
  if (folder === undefined)
    throw new Error('nothing is compiled: name the file *.real.test.ts and run it by jest --selectProjects real');
  return path.join(folder, name);
}
