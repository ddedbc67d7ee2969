import { cpSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleModel } from '../../../activities/study/model-bundle';

const MODULE = `const { width } = require('./parts/helper.cjs');
module.exports = ({ tf, classes }) => tf.sequential({ layers: [tf.layers.dense({ units: classes * width, inputShape: [4] })] });`;

function modelFolder(
  files: Readonly<Record<string, string>>,
  folder = mkdtempSync(path.join(tmpdir(), 'models-')),
): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

async function textOf(module: string, folder: string): Promise<string> {
  const bundled = await bundleModel(module, folder);
  if ('problems' in bundled) throw new Error(JSON.stringify(bundled.problems));
  return Buffer.from(bundled.bytes).toString('utf8');
}

async function rulesOf(module: string, folder: string | null): Promise<string> {
  const bundled = await bundleModel(module, folder);
  if ('bytes' in bundled) throw new Error('it was bundled');
  for (const problem of bundled.problems) expect(problem).toMatchObject({ path: 'model.module', value: module });
  return bundled.problems.map(({ rule, fix }) => `${rule}; ${fix}`).join('\n');
}

const whole = (width = 1) => modelFolder({ 'mine.cjs': MODULE, 'parts/helper.cjs': `exports.width = ${width};` });

describe('the bundle of a model module', () => {
  it('is another for an edited module and for an edited helper, and the same for a comment', async () => {
    const folder = whole();
    const first = await textOf('mine.cjs', folder);
    modelFolder({ 'parts/helper.cjs': 'exports.width = 2;' }, folder);
    const helperEdited = await textOf('mine.cjs', folder);
    modelFolder({ 'mine.cjs': MODULE.replace('classes * width', 'classes + width') }, folder);
    const moduleEdited = await textOf('mine.cjs', folder);
    expect(new Set([first, helperEdited, moduleEdited]).size).toBe(3);
    modelFolder({ 'mine.cjs': `// as it was\n${MODULE}`, 'parts/helper.cjs': 'exports.width = 1;' }, folder);
    expect(await textOf('mine.cjs', folder)).toBe(first);
  });

  it('is the same wherever its folder lies and whatever that is called, and names no place', async () => {
    const [folder, other] = [whole(), whole()];
    const moved = path.join(other, 'deeper', 'renamed');
    cpSync(folder, moved, { recursive: true });
    const text = await textOf('mine.cjs', folder);
    expect(await textOf('mine.cjs', moved)).toBe(text);
    renameSync(folder, `${folder}-renamed`);
    expect(await textOf('mine.cjs', `${folder}-renamed`)).toBe(text);
    expect(text).not.toContain(tmpdir());
  });

  it('has what is imported from packages beside or above the folder, but for TensorFlow, which the trainer hands in', async () => {
    const above = modelFolder({
      'node_modules/widths/index.js': 'module.exports = { width: 77 };',
      'models/mine.mjs':
        "import * as tf from '@tensorflow/tfjs'; import { width } from 'widths'; export default () => tf.zeros([width]);",
    });
    const text = await textOf('mine.mjs', path.join(above, 'models'));
    expect(text).toContain('width: 77');
    expect(text).toContain('Symbol.for("stepwell.tensorflow")');
    expect(text.length).toBeLessThan(5_000);
  });

  it('holds nothing from outside the folder of the operator, by a path or by a link', async () => {
    const outside = modelFolder({ 'secret.json': '{"key":"hidden"}' });
    const secret = path.join(outside, 'secret.json');
    const folder = modelFolder({
      'absolute.cjs': `require(${JSON.stringify(secret)});`,
      'linked.cjs': "require('./link.json');",
      'package.cjs': "require('linked');",
    });
    symlinkSync(secret, path.join(folder, 'link.json'));
    symlinkSync(secret, path.join(folder, 'entry.cjs'));
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(outside, path.join(folder, 'node_modules', 'linked'));
    modelFolder({ 'index.js': "module.exports = 'hidden';" }, outside);
    for (const module of ['absolute.cjs', 'linked.cjs', 'package.cjs']) {
      const rules = await rulesOf(module, folder);
      expect(rules).toMatch(new RegExp(`cannot be used: ${module}:1:\\d+: .* lies outside the model folder`));
      expect(rules).not.toContain('hidden');
    }
    expect(await rulesOf('entry.cjs', folder)).toContain('must lie inside the model folder');
    expect(await rulesOf(`../${path.basename(outside)}/index.js`, folder)).toContain(
      'must lie inside the model folder',
    );
  });

  it.each([
    ['two mistakes', "import './nowhere';\nimport './nope';", /mine\.ts:1:8: .*\n.*mine\.ts:2:8: Could not resolve/],
    ['what is no code', 'const x = 1;\nconst y = (', /mine\.ts:2:12: /],
    [
      'a path that only a run decides',
      'export default (name) => import(name);',
      /mine\.ts:1:26: imports what only its run/,
    ],
    ['its own place', 'export default () => import.meta.url;', /mine\.ts:1:22: uses import\.meta/],
    ['a second TensorFlow', "import '@tensorflow/tfjs/dist/tf.js';", /mine\.ts:1:8: must import TensorFlow\.js as/],
  ])('is refused by file and line for %s', async (_, text, rule) => {
    expect(await rulesOf('mine.ts', modelFolder({ 'mine.ts': text }))).toMatch(rule);
  });

  it('needs a folder, and a file in it', async () => {
    expect(await rulesOf('mine.cjs', null)).toContain('set STEPWELL_MODEL_FOLDER on the tuner workers');
    expect(await rulesOf('nowhere.cjs', whole())).toContain('must be a file in the model folder');
  });
});
