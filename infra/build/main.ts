/**
 * `npm run build`: makes `dist/`, which is what the package ships: compiled code with types, the prebuilt workflow
 * bundle, and the JSON Schema of the study language, and the one package that npm must not install. `infra/bootstrap`
 * is plain Node and ships as it is.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { carryPackage } from './carried-package';
import { PACKAGE_FOLDER, schemaText } from './schema';
import { workflowBundle } from './workflow-bundle';

const DIST = path.join(PACKAGE_FOLDER, 'dist');

async function build(): Promise<void> {
  // A file whose source is gone must not linger.
  rmSync(DIST, { recursive: true, force: true });
  compile();
  chmodSync(path.join(DIST, 'cli', 'main.js'), 0o755);
  carryPackage(DIST);
  writeFileSync(path.join(DIST, 'study.schema.json'), schemaText());
  // Of the compiled code, so that a worker that bundles at start and one that loads this file run the same workflows.
  writeFileSync(
    path.join(DIST, 'workflow-bundle.js'),
    await workflowBundle(path.join(DIST, 'workflows', 'index.js'), PACKAGE_FOLDER),
  );
}

/** @throws Error if the compiler finds fault; it has said where by then. */
function compile(): void {
  const compiler = require.resolve('typescript/bin/tsc');
  const { status, error } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: PACKAGE_FOLDER,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the sources do not compile; see above', { cause: error });
}

build().catch((error: unknown) => {
  rmSync(DIST, { recursive: true, force: true });
  process.stderr.write(`build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
