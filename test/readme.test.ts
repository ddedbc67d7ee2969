import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { STAGE_NAMES } from '../workflows/spec/stage-uses';
import { projectFiles, readProjectFile } from './support/source-tree';

const ROOT = path.resolve(__dirname, '..');
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  it('shows the digits study as it is', () => {
    const [, shown] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
    const study = readFileSync(path.join(ROOT, 'examples', 'digits.yaml'), 'utf8');
    expect(study.slice(study.indexOf('apiVersion'))).toBe(shown);
  });

  it('has a row for every stage', () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
    expect(rows).toEqual(expect.arrayContaining([...STAGE_NAMES]));
  });
});

/** Fences in a language that the formatter knows; their text ends in a line break, as a file's does. */
const fences = projectFiles()
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...readProjectFile(file).matchAll(/^```(ts|js|json|ya?ml)\n([\s\S]*?)^```/gm)].map(
      ([, language = '', text = ''], i) => ({ name: `${file.replaceAll('/', '-')}-${i + 1}.${language}`, text }),
    ),
  );

it('code in Markdown is as `npm run format` would write it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-fences-'));
  try {
    fences.forEach(({ name, text }) => writeFileSync(path.join(folder, name), text));
    const prettier = path.join(ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
    const args = [prettier, '--list-different', '--config', path.join(ROOT, '.prettierrc.json'), folder];
    expect(fences.length).toBeGreaterThan(0);
    expect(() => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
