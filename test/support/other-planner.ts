import { readFileSync, writeFileSync } from 'node:fs';
import { PLANNER_VERSION } from '../../workflows/driver/planner-version';
import { compiledFile } from './compiled';

/** The product's own bundle, but for the number of its planner. */
export function bundleOfPlanner(version: number): string {
  if (version === PLANNER_VERSION) return compiledFile('workflow-bundle.js');
  const code = readFileSync(compiledFile('workflow-bundle.js'), 'utf8');
  const changed = code.replace(`const PLANNER_VERSION = ${PLANNER_VERSION};`, `const PLANNER_VERSION = ${version};`);
  if (changed === code) throw new Error('the workflow bundle does not say its planner version as expected');
  const file = compiledFile(`workflow-bundle-of-planner-${version}.js`);
  writeFileSync(file, changed);
  return file;
}
