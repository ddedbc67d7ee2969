/**
 * Exports that nothing imports. By names alone, which is enough here: every import names what it takes, and is followed
 * through re-exports to where that is declared.
 *
 * @module
 */
import ts from 'typescript';
import { forEachNode, importsOf, resolveImport } from './source-tree';
import type { Import, SourceFile } from './source-tree';

interface Module {
  readonly file: SourceFile;
  readonly imports: readonly (Import & { readonly target: string | undefined })[];
  /** The statement that declares each exported name. */
  readonly declared: ReadonlyMap<string, ts.Statement>;
}

type Modules = ReadonlyMap<string, Module>;

interface Files {
  /** Whose exports are looked at, and that may use each other's. */
  readonly sources: readonly SourceFile[];
  /** Whose imports count as use besides: examples and benches. */
  readonly users: readonly SourceFile[];
  /** Whose imports keep an export alive only where its own file uses the thing as well. */
  readonly tests: readonly SourceFile[];
  /** Files whose exports are the package's: used by definition. */
  readonly entries: readonly string[];
}

/** `file: name` of every export that is dead: nothing but a test uses it, or nothing outside its own file needs it. */
export function deadExports({ sources, users, tests, entries }: Files): readonly string[] {
  const modules: Modules = new Map(sources.map((file) => [file.path, moduleOf(file)]));
  const used = new Set<string>();
  entries.forEach((entry) => use(modules, used, entry, '*'));
  useImportsOf([...modules.values(), ...users.map(moduleOf)], modules, used);
  const tested = new Set<string>();
  useImportsOf(tests.map(moduleOf), modules, tested);
  return [...modules.values()].flatMap((module) => {
    const { path } = module.file;
    const own = [...module.declared.keys()].filter((name) => !isAlive(module, name, used, tested));
    const passedOn = module.imports
      .flatMap(({ exportedAs }) => exportedAs ?? [])
      .filter((name) => name !== '*' && !used.has(`${path}: ${name}`) && !tested.has(`${path}: ${name}`));
    return [...own, ...passedOn].map((name) => `${path}: ${name}`);
  });
}

function isAlive(module: Module, name: string, used: ReadonlySet<string>, tested: ReadonlySet<string>): boolean {
  const key = `${module.file.path}: ${name}`;
  if (used.has(key)) return true;
  const statement = module.declared.get(name);
  const mentions = module.file.syntax.statements.filter((other) => other !== statement && mentionsName(other, name));
  if (mentions.length === 0 || statement === undefined) return false;
  return tested.has(key) || isContract(statement, mentions);
}

/** A type in the signature of something exported, or an error that is thrown: callers may need its name. */
function isContract(statement: ts.Statement, mentions: readonly ts.Statement[]): boolean {
  if (ts.isClassDeclaration(statement))
    return statement.heritageClauses?.some((clause) => /Error\b|Failure\b/.test(clause.getText())) === true;
  return (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && mentions.some(isExported);
}

function moduleOf(file: SourceFile): Module {
  const imports = importsOf(file).map((one) => ({ ...one, target: resolveImport(file.path, one.specifier) }));
  const declared = new Map(
    file.syntax.statements
      .filter(isExported)
      .flatMap((statement) => namesDeclaredBy(statement).map((name) => [name, statement] as const)),
  );
  return { file, imports, declared };
}

function useImportsOf(importers: readonly Module[], modules: Modules, used: Set<string>): void {
  for (const { imports } of importers) {
    for (const { target, names, exportedAs } of imports) {
      if (target !== undefined && exportedAs === undefined) names.forEach((name) => use(modules, used, target, name));
    }
  }
}

/** Marks a name of a module as used, and what it stands for if the module only passes it on. */
function use(modules: Modules, used: Set<string>, path: string, name: string): void {
  const module = modules.get(path);
  if (module === undefined || used.has(`${path}: ${name}`)) return;
  used.add(`${path}: ${name}`);
  const { declared, imports } = module;
  if (name === '*')
    [...declared.keys(), ...imports.flatMap(({ exportedAs }) => exportedAs ?? [])].forEach((each) =>
      use(modules, used, path, each),
    );
  for (const { target, names, exportedAs } of imports) {
    exportedAs?.forEach((passed, i) => {
      const isMeant = passed === name || (passed === '*' && !declared.has(name));
      if (target !== undefined && isMeant) use(modules, used, target, passed === '*' ? name : (names[i] ?? name));
    });
  }
}

function isExported(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  return (
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}

function namesDeclaredBy(statement: ts.Statement): readonly string[] {
  const isDefault =
    ts.isExportAssignment(statement) ||
    (ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword));
  if (isDefault === true) return ['default'];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesBoundBy(name));
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function namesBoundBy(name: ts.BindingName): readonly string[] {
  return ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesBoundBy(element.name) : []));
}

function mentionsName(node: ts.Node, name: string): boolean {
  let found = false;
  forEachNode(node, (inner) => {
    found ||= ts.isIdentifier(inner) && inner.text === name;
  });
  return found;
}
