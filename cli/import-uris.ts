import path from 'node:path';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ParsedStudy, Problem } from '../workflows/spec';

/** A sweep's entry, as people wrote it, so far as imports go. */
interface WithImports {
  readonly import?: readonly { readonly uri?: unknown }[];
}

/**
 * The `stages` of a study as written, the files of their imports with absolute addresses: relative paths start from the
 * study's folder first, then from the current one.
 */
export function withAbsoluteImports(stages: unknown, folder: string): unknown {
  if (!Array.isArray(stages)) return stages;
  return stages.map((entry: unknown) => {
    const imports = typeof entry === 'object' && entry !== null ? (entry as WithImports).import : undefined;
    return Array.isArray(imports)
      ? { ...(entry as object), import: imports.map((one: { readonly uri?: unknown }) => absolute(one, folder)) }
      : entry;
  });
}

/** The `model` of a study as written, the file of its initial weights with an absolute address likewise. */
export function withAbsoluteWeights(model: unknown, folder: string): unknown {
  const { initialWeights } = (model ?? {}) as { readonly initialWeights?: { readonly file?: unknown } };
  if (typeof initialWeights?.file !== 'string') return model;
  const { uri: file } = absolute({ uri: initialWeights.file }, folder);
  return { ...(model as object), initialWeights: { ...initialWeights, file } };
}

function absolute<Entry extends { readonly uri?: unknown } | null>(entry: Entry, folder: string): Entry {
  const uri = entry?.uri;
  if (typeof uri !== 'string' || uri === '' || /^[a-z][a-z0-9+.-]+:/i.test(uri) || uri.includes('\0')) return entry;
  const candidates = [path.resolve(folder, uri), path.resolve(uri)];
  return { ...entry, uri: pathToFileURL(candidates.find(isFile) ?? candidates[0]!).href };
}

/** Folders that the imports and the initial weights of a study are read from. */
export function importFolders({ stages, model }: Pick<ParsedStudy, 'stages' | 'model'>): readonly string[] {
  const weights = { import: [{ uri: model.initialWeights?.file }] };
  return localFiles([...stages.map(({ options }) => options), weights]).map((file) => path.dirname(file));
}

/** Whether an import's file is not here, though the workers of a cluster may have it. */
export function isElsewhere({ value }: Problem): boolean {
  return typeof value === 'string' && value.startsWith('file://') && !isFile(fileURLToPath(value));
}

function localFiles(entries: readonly unknown[]): readonly string[] {
  const uris = entries.flatMap((entry) => (entry as WithImports).import ?? []).map(({ uri }) => uri);
  return uris.flatMap((uri) => (typeof uri === 'string' && uri.startsWith('file://') ? [fileURLToPath(uri)] : []));
}

function isFile(candidate: string): boolean {
  return existsSync(candidate) && statSync(candidate).isFile();
}
