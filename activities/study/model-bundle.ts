/**
 * A study's model module as one text: the module with all that it imports, so that what is trained is what is hashed.
 *
 * @module
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { BuildFailure, Message, Plugin } from 'esbuild';
import type { Problem } from '../../workflows/spec';
import { isWithin } from '../path-within';
import { HANDED_IN_TENSORFLOW } from '../trial/protocol';

/** Far above any code that builds a network; a worker of each trial reads it. */
const BUNDLE_BYTES_MAX = 16 * 1024 * 1024;

/** More would bury the first, which often is the cause of the others. */
const ERRORS_SHOWN_MAX = 10;

/** Warnings of esbuild about code that would be found where the trainer runs, past the bundle and its hash. */
const BEYOND_THE_BUNDLE: Readonly<Record<string, string>> = {
  'unsupported-dynamic-import': 'imports what only its run decides: name the file in the import',
  'unsupported-require-call': 'requires what only its run decides: name the file in the call',
  'indirect-require': 'uses require in another way than by a call, so that what it loads cannot be bundled',
  'empty-import-meta': 'uses import.meta, which says nothing in a bundle: import the file that it should lead to',
};

export type ModelBundle = { readonly bytes: Uint8Array } | { readonly problems: readonly Problem[] };

/**
 * Bundles a module. Equal sources give equal bytes, wherever the folder lies: no absolute path is in them.
 *
 * @param module Path below the folder.
 * @param modelFolder The operator's; `null` where there is none, so that no module may be used.
 */
export async function bundleModel(module: string, modelFolder: string | null): Promise<ModelBundle> {
  const located = locate(module, modelFolder);
  if ('problems' in located) return located;
  const { file, folder } = located;
  try {
    const { outputFiles, warnings } = await build({
      entryPoints: [file],
      absWorkingDir: folder,
      outfile: path.join(folder, 'model.cjs'),
      write: false,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      charset: 'utf8',
      legalComments: 'none',
      // Of the folders above, which are none of the module's.
      tsconfigRaw: {},
      logLevel: 'silent',
      logOverride: Object.fromEntries(Object.keys(BEYOND_THE_BUNDLE).map((id) => [id, 'warning'])),
      plugins: [handedIn, within(folder)],
    });
    const beyond = warnings.filter(({ id, location }) => id in BEYOND_THE_BUNDLE && !isPackage(location?.file ?? ''));
    if (beyond.length > 0) return wrong(module, beyond.map(said));
    const bytes = outputFiles[0]?.contents ?? new Uint8Array();
    if (bytes.byteLength <= BUNDLE_BYTES_MAX) return { bytes };
    return wrong(module, [`its bundle must have at most ${BUNDLE_BYTES_MAX} bytes, has ${bytes.byteLength}`]);
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return wrong(module, error.errors.map(said));
  }
}

function locate(
  module: string,
  modelFolder: string | null,
): { readonly file: string; readonly folder: string } | { readonly problems: readonly Problem[] } {
  if (modelFolder === null) {
    const fix = 'set STEPWELL_MODEL_FOLDER on the tuner workers';
    return { problems: [{ ...problem(module, 'cannot be used: the tuner worker allows no model modules'), fix }] };
  }
  try {
    const folder = realpathSync(modelFolder);
    const file = realpathSync(path.resolve(folder, module));
    if (isWithin(file, folder)) return { file, folder };
  } catch {
    return { problems: [problem(module, `must be a file in the model folder of the tuner worker, ${modelFolder}`)] };
  }
  return { problems: [problem(module, `must lie inside the model folder of the tuner worker, ${modelFolder}`)] };
}

/** The trainer's own TensorFlow in place of the packages: a second copy would know nothing of the first one's tensors. */
const handedIn: Plugin = {
  name: 'handed-in-tensorflow',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\/tfjs/ }, ({ path: name }) =>
      name.split('/').length === 2
        ? { path: 'tensorflow', namespace: 'handed-in' }
        : { errors: [{ text: `must import TensorFlow.js as '@tensorflow/tfjs' or take tf from its context` }] },
    );
    onLoad({ filter: /.*/, namespace: 'handed-in' }, () => ({
      contents: `module.exports = globalThis[Symbol.for(${JSON.stringify(HANDED_IN_TENSORFLOW)})];`,
    }));
  },
};

/** Nothing outside the operator's folder is even read, but packages where Node would look for them. */
function within(folder: string): Plugin {
  const roots = [folder, ...packageFolders(folder)];
  return {
    name: 'within-the-model-folder',
    setup({ onLoad }) {
      onLoad({ filter: /.*/, namespace: 'file' }, ({ path: file }) => {
        const found = realpathSync(file);
        if (roots.some((root) => isWithin(found, root))) return undefined;
        const outside = path.relative(folder, found);
        return { errors: [{ text: `${outside} lies outside the model folder, and is no package that it can reach` }] };
      });
    },
  };
}

function packageFolders(folder: string): readonly string[] {
  const folders: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      folders.push(realpathSync(path.join(at, 'node_modules')));
    } catch {
      // There is none at this height.
    }
    if (at === path.dirname(at)) return folders;
  }
}

function isPackage(file: string): boolean {
  return file.split('/').includes('node_modules');
}

function said({ id, text, location, notes }: Message): string {
  const at = location ?? notes.find((note) => note.location !== null)?.location ?? null;
  return `${at === null ? '' : `${at.file}:${at.line}:${at.column + 1}: `}${BEYOND_THE_BUNDLE[id] ?? text}`;
}

function wrong(module: string, reasons: readonly string[]): { readonly problems: readonly Problem[] } {
  return { problems: reasons.slice(0, ERRORS_SHOWN_MAX).map((reason) => problem(module, `cannot be used: ${reason}`)) };
}

function problem(module: string, rule: string): Problem {
  return { path: 'model.module', rule, value: module };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as { readonly errors?: unknown }).errors);
}
