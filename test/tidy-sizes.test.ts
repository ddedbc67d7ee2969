/**
 * How large files and functions may be, and how much of a folder may be comments.
 *
 * @module
 */
import path from 'node:path';
import ts from 'typescript';
import { forEachNode, lineOf, parseSource, projectFiles } from './support/source-tree';
import type { SourceFile } from './support/source-tree';

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 60;
const COMMENT_SHARE_MAX = 0.2;

/** The vocabulary is what people read instead of code. */
const VOCABULARY = 'workflows/words';

/** Folders smaller than this have no meaningful share. */
const COMMENT_LINES_COUNTED_FROM = 100;

const CODE = projectFiles()
  .filter((file) => /\.(ts|cjs|mjs)$/.test(file) && !file.endsWith('.d.ts'))
  .map(parseSource);
const SOURCES = CODE.filter(({ path: file }) => /^(index\.ts|(workflows|activities|workers|cli|infra)\/)/.test(file));

describe('the size of things', () => {
  it(`keeps files within ${FILE_LINES_MAX} lines`, () => {
    const long = CODE.map(({ path: file, text }) => ({ file, lines: text.trimEnd().split('\n').length })).filter(
      ({ lines }) => lines > FILE_LINES_MAX,
    );
    expect(long.map(({ file, lines }) => `${file} has ${lines} lines: split it by what it does`)).toEqual([]);
  });

  it(`keeps functions within ${FUNCTION_LINES_MAX} lines`, () => {
    // A suite is a function only in name.
    const problems = CODE.filter(({ path: file }) => !/^test\/(?!support\/)/.test(file)).flatMap((source) =>
      functionsOf(source)
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .map(
          ({ line, lines }) =>
            `${source.path}:${line} has a function of ${lines} lines: take a step of it out and name it`,
        ),
    );
    expect(problems).toEqual([]);
  });

  it(`keeps comments within ${COMMENT_SHARE_MAX * 100} % of the lines of a folder but the vocabulary, sources and tags not counted`, () => {
    const folders = new Map<string, { comments: number; lines: number }>();
    for (const { path: file, text } of SOURCES) {
      const lines = text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      const sum = folders.get(path.dirname(file)) ?? { comments: 0, lines: 0 };
      folders.set(path.dirname(file), {
        comments: sum.comments + lines.filter(isProse).length,
        lines: sum.lines + lines.length,
      });
    }
    const problems = [...folders]
      .filter(([folder, { lines }]) => folder !== VOCABULARY && lines >= COMMENT_LINES_COUNTED_FROM)
      .filter(([, { comments, lines }]) => comments / lines > COMMENT_SHARE_MAX)
      .map(
        ([folder, { comments, lines }]) =>
          `${folder}: ${Math.round((100 * comments) / lines)} % comments; keep those that say why, and let names say what`,
      );
    expect(problems).toEqual([]);
  });
});

/** A comment's own words: without the frame of a doc comment, where it is from, and tags. */
function isProse(line: string): boolean {
  return /^(\/\/|\/\*|\*)/.test(line) && !/^(\/\*\*|\*\/|\*|\* (Source:|@).*)$/.test(line);
}

function functionsOf({ syntax }: SourceFile): readonly { readonly line: number; readonly lines: number }[] {
  const found: { line: number; lines: number }[] = [];
  forEachNode(syntax, (node) => {
    if (!ts.isFunctionLike(node) || (node as ts.FunctionLikeDeclaration).body === undefined) return;
    const line = lineOf(syntax, node);
    found.push({ line, lines: syntax.getLineAndCharacterOfPosition(node.end).line + 2 - line });
  });
  return found;
}
