/**
 * The house of ARCHITECTURE.md as a test: every message says what to do instead.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { CARRIED_PACKAGE } from '../infra/build/carried-package';
import { environmentSchema } from '../workers/config';
import { deadExports } from './support/dead-exports';
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

/** The workflow's own time, for the record of what people asked. */
const CLOCK = 'workflows/driver/control/clock.ts';

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

describe('what is not there', () => {
  it('is work put off', () => {
    expect(linesMatching(/\b(TODO|FIXME|XXX|HACK)\b/).map((at) => `${at}: do it now, or file an issue`)).toEqual([]);
  });

  it('is chance or a clock where decisions are made', () => {
    const banned = (file: string): RegExp =>
      file.startsWith('workflows/') && file !== CLOCK
        ? /^(Math\.random|Date(\.\w+)?|performance\.\w+|process\.\w+)$/
        : /^Math\.random$/;
    const problems = SOURCES.flatMap(({ path: file, syntax }) =>
      usesOf(syntax)
        .filter(({ name }) => banned(file).test(name))
        .map(
          ({ name, node }) =>
            `${file}:${lineOf(syntax, node)} uses ${name}: draw by workflows/search/random.ts from a seed; take times from measurements or from the workflow's own timers`,
        ),
    );
    expect(problems).toEqual([]);
  });

  it('is an export that nothing uses', () => {
    const among = (folders: RegExp): readonly SourceFile[] =>
      CODE.filter(({ path: file }) => folders.test(file) && file.endsWith('.ts'));
    // Servers that only tests need are in infra/ all the same: the tests' set-up starts them.
    const users = among(/^(examples|bench)\/|^test\/support\/global-setup/);
    const dead = deadExports({
      sources: SOURCES.filter(({ path: file }) => file.endsWith('.ts')),
      users,
      tests: among(/^test\//),
      entries: ENTRIES,
    });
    expect(
      dead.map((name) => `${name}: take the export away, or the code; a test alone does not keep it alive`),
    ).toEqual([]);
  });

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

/** What code reads and calls, e.g. `Math.random`, or `Date` of `new Date()`. */
function usesOf(syntax: ts.SourceFile): readonly { readonly name: string; readonly node: ts.Node }[] {
  const found: { name: string; node: ts.Node }[] = [];
  forEachNode(syntax, (node) => {
    if (ts.isPropertyAccessExpression(node)) found.push({ name: node.getText(), node });
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) found.push({ name: node.expression.getText(), node });
  });
  return found;
}
