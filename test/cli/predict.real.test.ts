/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUCKET, objectFolder } from '../../infra/services/versitygw';
import { stepwell } from '../support/command-line';
import { exportColourModel, folderOf, picture } from '../support/exported-model';

/** Pure colours; the first green one lies in the folder of another class. */
async function pictures(): Promise<string> {
  return folderOf({
    'test/red/1.png': await picture('#f00'),
    'test/red/2.png': await picture('#0f0'),
    'test/green/3.png': await picture('#0f0', { width: 4, height: 4 }),
    'test/blue/notes.txt': 'blue',
    'test/blue/broken.png': (await picture('#00f')).subarray(0, 60),
    'test/blue/.hidden.png': '',
  });
}

let model: string;
let folder: string;

beforeAll(async () => {
  model = await exportColourModel();
  folder = await pictures();
});

afterAll(() => [model, folder].forEach((place) => rmSync(place, { recursive: true, force: true })));

test('--json is an array in the order of the files, with a reason for each that cannot be read', async () => {
  const { code, stdout, stderr } = await stepwell('predict', model, folder, '--json');
  const at = (name: string): string => path.join(folder, 'test', name);
  const certain = expect.closeTo(0.9999, 4) as number;
  const unlikely = expect.closeTo(0.00005, 4) as number;
  expect(JSON.parse(stdout)).toEqual([
    { file: at('blue/broken.png'), error: expect.stringMatching(/^is truncated or corrupt \(.+\)$/) },
    {
      ...{ file: at('green/3.png'), expected: 'green', label: 'green', probability: certain },
      probabilities: { red: unlikely, green: certain, blue: unlikely },
    },
    {
      ...{ file: at('red/1.png'), expected: 'red', label: 'red', probability: certain },
      probabilities: { red: certain, green: unlikely, blue: unlikely },
    },
    {
      ...{ file: at('red/2.png'), expected: 'red', label: 'green', probability: certain },
      probabilities: { red: unlikely, green: certain, blue: unlikely },
    },
    { file: at('blue/notes.txt'), error: 'is no PNG, JPEG, WebP, TIFF or GIF by its name' },
  ]);
  expect(stderr).toContain('accuracy 0.6667 of 3 images in folders by class');
  expect(stderr).toContain('2 files could not be asked about');
  expect(code).toBe(1);
});

test('a text is a line each, then how often it is right and what it takes for what', async () => {
  const { stdout } = await stepwell('predict', model, folder);
  expect(stdout.replaceAll(`${folder}/`, '')).toBe(
    [
      'green  0.9999  test/green/3.png',
      'red    0.9999  test/red/1.png',
      'green  0.9999  test/red/2.png',
      '',
      'accuracy 0.6667 of 3 images in folders by class',
      '',
      'images by their class (row) and by the answer (column):',
      '       red  green  blue',
      'red    1    1      .',
      'green  .    1      .',
      'blue   .    .      .',
      '',
    ].join('\n'),
  );
});

test('--csv is a table with a column a class', async () => {
  const file = path.join(folder, 'test/red/1.png');
  const { code, stdout } = await stepwell('predict', model, file, '--csv');
  const [header, row] = stdout.split('\r\n');
  expect(header).toBe('file,label,probability,red,green,blue');
  expect(row).toMatch(/^\S+1\.png,red,0\.9999\d+,0\.9999\d+,0\.0000\d+,0\.0000\d+$/);
  expect(code).toBe(0);
});

test.each([
  ['multiLabel' as const, { labels: ['red', 'blue'] }, 'probabilities'],
  ['regression' as const, {}, 'numbers'],
])('a model of the task %s answers by its outputs', async (name, expected, values) => {
  const spec = name === 'regression' ? ({ name, loss: 'mse' } as const) : { name };
  const other = await exportColourModel(spec);
  const file = path.join(folderOf({ 'violet.png': await picture('#f0f') }), 'violet.png');
  const { code, stdout } = await stepwell('predict', other, file, '--json');
  const [answer] = JSON.parse(stdout) as readonly Readonly<Record<string, Readonly<Record<string, number>>>>[];
  expect(answer).toMatchObject({ file, ...expected });
  const [high, low] = name === 'regression' ? [5, -5] : [0.9933, 0.0067];
  expect(answer?.[values]?.['red']).toBeCloseTo(high, 3);
  expect(answer?.[values]?.['green']).toBeCloseTo(low, 3);
  expect(code).toBe(0);
});

test("a study's model is read from the folder of embedded services, with none running", async () => {
  const services = mkdtempSync(path.join(tmpdir(), 'stepwell-predict-'));
  const place = path.join(objectFolder(services), BUCKET, 'v1', 'studies', 'colours', 'model');
  mkdirSync(path.dirname(place), { recursive: true });
  cpSync(model, place, { recursive: true });
  const file = path.join(folder, 'test/red/1.png');
  for (const name of ['colours', 's3://stepwell/v1/studies/colours/model/']) {
    const { stdout, stderr } = await stepwell('predict', name, file, '--folder', services);
    expect([stdout, stderr]).toEqual([`red    0.9999  ${file}\n`, '']);
  }
  const { code, stderr } = await stepwell('predict', 'colors', file, '--folder', services);
  expect(stderr).toContain('study colors has no model in s3://stepwell/v1/');
  expect(code).toBe(2);
});

test('what is asked in vain exits with 2 and says why', async () => {
  const none = await stepwell('predict', model, path.join(folder, 'none.png'));
  expect(none.stderr).toContain('none.png: does not exist');
  const empty = await stepwell('predict', folder, path.join(folder, 'test/red/1.png'));
  expect(empty.stderr).toContain('has no model-card.json');
  const broken = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-broken-')), 'model');
  cpSync(model, broken, { recursive: true });
  writeFileSync(path.join(broken, 'saved_model/saved_model.pb'), 'none');
  const refused = await stepwell('predict', broken, path.join(folder, 'test/red/1.png'));
  expect(refused.stderr).toMatch(/^stepwell: TensorFlow does not take the model: /);
  expect([none.code, empty.code, refused.code]).toEqual([2, 2, 2]);
});
