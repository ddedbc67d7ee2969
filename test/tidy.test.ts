/**
 * The house of ARCHITECTURE.md as a test, as far as no linter holds it: every message says what to do instead.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { CARRIED_PACKAGE } from '../infra/build/carried-package';
import { environmentSchema } from '../workers/config';
import {
  forEachNode,
  importsOf,
  lineOf,
  parseSource,
  projectFiles,
  PROJECT,
  readProjectFile,
  resolveImport,
} from './support/source-tree';
import type { SourceFile } from './support/source-tree';
import manifest from '../package.json';

/**
 * The one arrow: what each folder may import besides itself. `infra/build` prints the JSON Schema of the study
 * language.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['workflows'],
  workflows: [],
  activities: ['workflows'],
  workers: ['activities', 'workflows'],
  cli: ['workers', 'activities', 'workflows', 'infra'],
  infra: [],
  'infra/build': ['infra', 'workflows'],
};

/** What the package's `exports` map names. */
const ENTRIES = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target.default.replace('./dist/', '').replace(/\.js$/, '.ts')],
);

/**
 * The only places that read variables of our own. The trainer and the bootstrap are programs of their own, without zod.
 */
const READS_ENVIRONMENT = [
  'workers/config.ts',
  'activities/training/environment.ts',
  'infra/bootstrap/',
  '.ci/',
  'test/',
];

const COMMENT_SHARE_MAX = 0.2;

/** The vocabulary is what people read instead of code. */
const VOCABULARY = 'workflows/words';

/** Folders smaller than this have no meaningful share. */
const COMMENT_LINES_COUNTED_FROM = 100;

const FILES = projectFiles();
const SCRIPTS = FILES.filter((file) => /\.(ts|cjs|mjs)$/.test(file) && !file.endsWith('.d.ts'));
const CODE = SCRIPTS.map(parseSource);
const SOURCES = CODE.filter(({ path: file }) => /^(index\.ts|(workflows|activities|workers|cli|infra)\/)/.test(file));
const TEXTS = FILES.filter(
  (file) =>
    /\.(ts|cjs|mjs|json|ya?ml|md|py|sh|txt)$|^\.|\/run$/.test(file) &&
    file !== 'test/tidy.test.ts' &&
    !file.endsWith('package-lock.json'),
);

function folderOf(file: string): string {
  return (
    Object.keys(MAY_IMPORT)
      .filter((folder) => file === folder || file.startsWith(`${folder}/`))
      .sort((a, b) => b.length - a.length)[0] ??
    file.split('/')[0] ??
    ''
  );
}

function linesMatching(pattern: RegExp, files: readonly string[] = TEXTS): readonly string[] {
  return files.flatMap((file) =>
    readProjectFile(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}`] : [])),
  );
}

describe('the one arrow', () => {
  it('points from cli over workers and activities to workflows', () => {
    const problems = SOURCES.flatMap((source) =>
      importsOf(source).flatMap(({ specifier }) => {
        const target = resolveImport(source.path, specifier);
        if (target === undefined || target === 'package.json') return [];
        const [from, to] = [folderOf(source.path), folderOf(target)];
        if (from === to || MAY_IMPORT[from]?.includes(to) === true) return [];
        return [
          `${source.path} imports ${target}: ${from} may import ${MAY_IMPORT[from]?.join(', ') || 'nothing outside itself'}; move what it needs down the arrow, or pass it in`,
        ];
      }),
    );
    expect(problems).toEqual([]);
  });

  it('keeps everything but the Temporal SDK out of what the workflow bundle reaches', () => {
    const isForPeople = (file: string): boolean => /^workflows\/(spec\/|stages\/(.*\/)?options\.ts$)/.test(file);
    const problems = SOURCES.filter(({ path: file }) => file.startsWith('workflows/') && !isForPeople(file)).flatMap(
      (source) =>
        importsOf(source).flatMap(({ specifier, typeOnly }) => {
          if (typeOnly || specifier === '@temporalio/workflow') return [];
          const target = resolveImport(source.path, specifier);
          return target !== undefined && !isForPeople(target)
            ? []
            : [
                `${source.path} imports ${specifier} by value: import its types only, or move the code to spec/ or to an activity`,
              ];
        }),
    );
    expect(problems).toEqual([]);
  });

  it('reaches TensorFlow by its port alone, which main.ts gives to the loop', () => {
    const ENGINE = 'activities/training/tensorflow/';
    const isOfEngine = ({ path: file }: SourceFile): boolean => file.startsWith(ENGINE);
    const problems = SOURCES.filter(({ path: file }) => file !== 'activities/training/main.ts').flatMap((source) =>
      importsOf(source).flatMap(({ specifier }) => {
        const target = resolveImport(source.path, specifier) ?? '';
        const isWrong = isOfEngine(source) ? target.startsWith('activities/training/loop/') : target.startsWith(ENGINE);
        return isWrong ? [`${source.path} imports ${target}: go by activities/training/engine.ts`] : [];
      }),
    );
    expect(problems).toEqual([]);
  });

  it('leads to packages that package.json declares', () => {
    const declared = new Set([...Object.keys(manifest.dependencies), CARRIED_PACKAGE]);
    const problems = SOURCES.filter(({ path: file }) => !file.startsWith('infra/build/')).flatMap((source) =>
      importsOf(source).flatMap(({ specifier }) => {
        if (/^(\.|node:)/.test(specifier)) return [];
        const name = specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/');
        return declared.has(name)
          ? []
          : [`${source.path} imports ${name}: add it to dependencies in package.json, or use a part that is there`];
      }),
    );
    expect(problems).toEqual([]);
  });
});

describe('the comments', () => {
  it(`are at most ${COMMENT_SHARE_MAX * 100} % of the lines of a folder but the vocabulary, sources and tags not counted`, () => {
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

describe('what is not there', () => {
  it('is a path of one machine', () => {
    expect(
      linesMatching(/(\.\.\/)+shared\b|(^|[\s"'`(=])\/(work|root|Users)\//).map(
        (at) => `${at}: name nothing outside the checkout`,
      ),
    ).toEqual([]);
    expect(
      linesMatching(/"resolved": "https?:/, ['package-lock.json'])
        .slice(0, 1)
        .map((at) => `${at}: install with omit-lockfile-registry-resolved=true, so that the lock names no registry`),
    ).toEqual([]);
  });
});

describe('what is there', () => {
  it('is the target of every relative link in Markdown', () => {
    const problems = FILES.filter((file) => file.endsWith('.md')).flatMap((file) => {
      const prose = readProjectFile(file)
        .replace(/```[\s\S]*?```/g, '')
        .replace(/`[^`\n]*`/g, '');
      const targets = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
        .map(([, target]) => target ?? '')
        .filter((target) => !/^([a-z]+:|#)/.test(target));
      return targets
        .filter((target) => !existsSync(path.join(PROJECT, path.dirname(file), decodeURI(target.split('#')[0] ?? ''))))
        .map((target) => `${file} links to ${target}, which is not there`);
    });
    expect(problems).toEqual([]);
  });

  it('is one schema of the environment, which alone is read', () => {
    const problems = SOURCES.filter(
      ({ path: file }) => !READS_ENVIRONMENT.some((place) => file.startsWith(place)),
    ).flatMap(({ path: file, syntax }) => {
      const reads: string[] = [];
      forEachNode(syntax, (node) => {
        const name = ts.isPropertyAccessExpression(node)
          ? node.name.text
          : ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
            ? node.argumentExpression.text
            : '';
        if (
          name.startsWith('STEPWELL_') &&
          /env(ironment)?$/i.test((node as ts.PropertyAccessExpression).expression.getText())
        )
          reads.push(`${file}:${lineOf(syntax, node)} reads ${name}: read it in workers/config.ts, and pass the value`);
      });
      return reads;
    });
    expect(problems).toEqual([]);
  });

  it('is every variable that is spoken of', () => {
    const bootstrap = SOURCES.filter(({ path: file }) => file.startsWith('infra/bootstrap/')).flatMap(
      ({ text }) => text.match(/(?<=environment\.)STEPWELL_\w+/g) ?? [],
    );
    const known = new Set([...Object.keys(environmentSchema.shape), ...bootstrap]);
    const problems = TEXTS.filter((file) => !file.startsWith('test/')).flatMap((file) =>
      [...new Set(readProjectFile(file).match(/\bSTEPWELL_[A-Z_]+\b/g))]
        .filter((name) => !known.has(name))
        .map(
          (name) =>
            `${file} speaks of ${name}: the schema in workers/config.ts has ${[...known].filter((other) => other.startsWith('STEPWELL_')).join(', ')}`,
        ),
    );
    expect(problems).toEqual([]);
  });

  it('is in package.json what its exports name', () => {
    expect(
      ENTRIES.filter((entry) => !existsSync(path.join(PROJECT, entry))).map(
        (entry) => `${entry} is an entry of the package, and is not there`,
      ),
    ).toEqual([]);
  });
});

/** A comment's own words: without the frame of a doc comment, where it is from, and tags. */
function isProse(line: string): boolean {
  return /^(\/\/|\/\*|\*)/.test(line) && !/^(\/\*\*|\*\/|\*|\* (Source:|@).*)$/.test(line);
}
