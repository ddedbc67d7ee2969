import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { PROJECT } from '../../support/source-tree';

const FOLDER = path.join(PROJECT, 'workflows', 'search');
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  skipLibCheck: true,
  types: [],
  paths: { 'stepwell/search': [path.join(FOLDER, 'index.ts')] },
};
/** What every example may call without saying what it is. */
const GIVEN = "declare function train(hparams: import('stepwell/search').Observation['hparams']): number;\n";

/** Code in the doc comments of a file. */
function examplesOf(file: string): readonly string[] {
  return [...readFileSync(path.join(FOLDER, file), 'utf8').matchAll(/^ \* ```ts\n([\s\S]*?)^ \* ```/gm)].map(
    ([, lines]) => lines!.replace(/^ \* ?/gm, ''),
  );
}

const EXAMPLES = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => examplesOf(file).map((code, i) => [path.join(FOLDER, `${file}.example${i}.ts`), GIVEN + code])),
);

it('compiles as it is shown in the documentation', () => {
  expect(EXAMPLES.size).toBeGreaterThanOrEqual(2);
  const host = ts.createCompilerHost(OPTIONS);
  const [fileExists, readFile, getSourceFile] = [
    host.fileExists.bind(host),
    host.readFile.bind(host),
    host.getSourceFile.bind(host),
  ];
  host.fileExists = (file) => EXAMPLES.has(file) || fileExists(file);
  host.readFile = (file) => EXAMPLES.get(file) ?? readFile(file);
  host.getSourceFile = (file, target, ...rest) =>
    EXAMPLES.has(file) ? ts.createSourceFile(file, EXAMPLES.get(file)!, target) : getSourceFile(file, target, ...rest);
  const program = ts.createProgram([...EXAMPLES.keys()], OPTIONS, host);
  const problems = [...EXAMPLES.keys()].flatMap((file) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)),
  );
  expect(
    problems.map(({ messageText, file }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  ).toEqual([]);
});
