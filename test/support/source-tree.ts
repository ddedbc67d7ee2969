/**
 * The project's own files and what they import and export, by syntax alone.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const PROJECT = path.join(__dirname, '..', '..');

const GENERATED = new Set(['node_modules', 'dist', 'coverage', '.git', '.stepwell', '.venv']);

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly syntax: ts.SourceFile;
}

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Names it takes: `*` for all of them. */
  readonly names: readonly string[];
  /** Set where it is an export of what it takes: the name it goes on by, for each of `names`. */
  readonly exportedAs?: readonly string[];
}

/** Every file of the project that people write, without what is generated. */
export function projectFiles(folder = ''): readonly string[] {
  return readdirSync(path.join(PROJECT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (GENERATED.has(entry.name) || entry.isSymbolicLink()) return [];
    return entry.isDirectory() ? projectFiles(file) : [file];
  });
}

export function readProjectFile(file: string): string {
  return readFileSync(path.join(PROJECT, file), 'utf8');
}

export function parseSource(file: string): SourceFile {
  const text = readProjectFile(file);
  return { path: file, text, syntax: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) };
}

/** All imports, among them `export ... from`, `require`, `import()` and `import()` types. */
export function importsOf({ syntax }: SourceFile): readonly Import[] {
  const found: Import[] = [];
  forEachNode(syntax, (node) => {
    if (ts.isImportDeclaration(node)) found.push(importDeclaration(node));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) found.push(reExport(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      found.push({ specifier: textOf(node.argument.literal), typeOnly: true, names: ['*'] });
    else if (ts.isCallExpression(node) && isModuleCall(node))
      found.push({ specifier: textOf(node.arguments[0] as ts.Expression), typeOnly: false, names: ['*'] });
  });
  return found;
}

/** The project's file that a relative import means; `undefined` for packages and for what is not there. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(from), specifier);
  return [target, `${target}.ts`, `${target}/index.ts`, target.replace(/\.js$/, '.ts')].find(
    (file) => /\.\w+$/.test(file) && existsSync(path.join(PROJECT, file)),
  );
}

/** Calls `visit` for a node and everything below it. */
export function forEachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => forEachNode(child, visit));
}

function importDeclaration(node: ts.ImportDeclaration): Import {
  const { importClause } = node;
  const specifier = textOf(node.moduleSpecifier);
  const bindings = importClause?.namedBindings;
  const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
  const named = elements.map((element) => (element.propertyName ?? element.name).text);
  const all = bindings !== undefined && ts.isNamespaceImport(bindings) ? ['*'] : [];
  const names = [...(importClause?.name === undefined ? [] : ['default']), ...named, ...all];
  const typeOnly =
    importClause !== undefined &&
    (importClause.isTypeOnly ||
      (names.length > 0 && elements.length === names.length && elements.every((element) => element.isTypeOnly)));
  return { specifier, typeOnly, names };
}

function reExport(node: ts.ExportDeclaration): Import {
  const specifier = textOf(node.moduleSpecifier as ts.Expression);
  const { exportClause } = node;
  if (exportClause === undefined || !ts.isNamedExports(exportClause))
    return { specifier, typeOnly: node.isTypeOnly, names: ['*'], exportedAs: ['*'] };
  const { elements } = exportClause;
  const names = elements.map((element) => (element.propertyName ?? element.name).text);
  return {
    specifier,
    typeOnly: node.isTypeOnly || elements.every((element) => element.isTypeOnly),
    names,
    exportedAs: elements.map((element) => element.name.text),
  };
}

function isModuleCall(node: ts.CallExpression): boolean {
  const { expression: callee } = node;
  const isImport =
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === 'require') ||
    (ts.isPropertyAccessExpression(callee) && callee.getText() === 'require.resolve');
  return isImport && node.arguments[0] !== undefined && ts.isStringLiteralLike(node.arguments[0]);
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}

/** The line that a node begins on, from 1. */
export function lineOf(syntax: ts.SourceFile, node: ts.Node): number {
  return syntax.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}
