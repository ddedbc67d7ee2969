/**
 * A study file as plain data, with the line of every value.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Lexer, LineCounter, Parser, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, YAMLParseError } from 'yaml';
import { formatProblem } from '../workflows/spec';
import type { Problem } from '../workflows/spec';
import { CommandError } from './failure';

export interface StudyFile {
  /** As the user named it. */
  readonly file: string;
  /** Folder that relative paths in the study start from. */
  readonly folder: string;
  readonly value: unknown;
  /** A line for each problem in the order of the file: where it is, then what. */
  explain(problems: readonly Problem[]): readonly string[];
}

/** Larger than any study; a data set named by mistake must not be parsed as YAML. */
const BYTES_MAX = 1_000_000;

/** Deeper than any study, and far from what the recursive parser dies of. */
const NESTING_MAX = 100;

const MODULES: readonly string[] = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/**
 * Reads YAML or JSON, the default export of a module, or `-` for stdin.
 *
 * @throws CommandError naming the line of every syntax error.
 */
export async function readStudy(file: string): Promise<StudyFile> {
  if (MODULES.includes(path.extname(file))) return readModule(file);
  const text = readText(file);
  if (isNestedTooDeep(text)) throw notData(file, `its values are nested more than ${NESTING_MAX} deep`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const syntax = document.errors.map((error) => `${file}:${place(lines, error.pos[0])}: ${syntaxRule(error)}`);
    throw new CommandError(`${file} is neither YAML nor JSON\n${syntax.join('\n')}`, 'badInput', 'InvalidStudy');
  }
  return {
    file,
    folder: file === '-' ? process.cwd() : path.dirname(path.resolve(file)),
    value: valueOf(document, file),
    explain: (problems) =>
      problems
        .map((problem) => ({ problem, offset: offsetOf(document, problem.path) }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ problem, offset }) => `${file}:${place(lines, offset)}: ${formatProblem(problem)}`),
  };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file === '-' ? 0 : file);
    if (bytes.length > BYTES_MAX)
      throw new CommandError(
        `${file} is no study: it has ${bytes.length} bytes, a study at most ${BYTES_MAX}`,
        'badInput',
        'InvalidStudy',
      );
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder'
          : code === 'EACCES'
            ? 'may not be read'
            : `cannot be read (${String(code)})`;
    throw new CommandError(
      `study file ${file} ${reason}; name a YAML or JSON file, e.g. stepwell run study.yaml`,
      'badInput',
      'InvalidStudy',
      { cause: error },
    );
  }
}

/**
 * Whether the values nest too deep: found by the lexer, because on such a text the parser overflows the stack, or ends
 * the process.
 */
function isNestedTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    // What the parser yields is not needed; its stack is.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > NESTING_MAX) return true;
  }
  return false;
}

/** The library speaks to programmers where it found a second document. */
function syntaxRule({ code, message }: YAMLParseError): string {
  return code === 'MULTIPLE_DOCS'
    ? 'a second document begins here, but a study is one: take out the line --- or ... before it'
    : message;
}

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unresolved = /^Unresolved alias .*: (.*)$/.exec(message)?.[1];
    throw notData(
      file,
      unresolved === undefined
        ? 'its aliases (*name) repeat too much; write the values out'
        : `the alias *${unresolved} has no anchor &${unresolved} before it`,
      error,
    );
  }
}

function notData(file: string, reason: string, cause?: unknown): CommandError {
  return new CommandError(`${file} cannot be read as data: ${reason}`, 'badInput', 'InvalidStudy', { cause });
}

/** A module's default export, e.g. of `defineStudy`; it is the user's own code on the user's own machine. */
async function readModule(file: string): Promise<StudyFile> {
  const absolute = path.resolve(file);
  const { tsImport } = await import('tsx/esm/api');
  try {
    const loaded: unknown = await tsImport(absolute, __filename);
    return {
      file,
      folder: path.dirname(absolute),
      value: defaultExport(loaded),
      explain: (problems) => problems.map((problem) => `${file}: ${formatProblem(problem)}`),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CommandError(`study module ${file} cannot be loaded: ${reason}`, 'badInput', 'InvalidStudy', {
      cause: error,
    });
  }
}

/** CommonJS and ES modules nest their default export differently when one loads the other. */
function defaultExport(loaded: unknown): unknown {
  let value = loaded;
  for (let i = 0; i < 2 && typeof value === 'object' && value !== null && 'default' in value; i++)
    value = value.default;
  return value;
}

function place(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${Math.max(1, line)}:${Math.max(1, col)}`;
}

/** Where the longest part of the path that exists begins. */
function offsetOf(document: Document, dotted: string): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of dotted === '' ? [] : dotted.split('.')) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined || !isPair(pair)) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
