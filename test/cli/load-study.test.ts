import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { importFolders } from '../../cli/import-uris';
import { loadStudy } from '../../cli/load-study';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-load-study-'));
mkdirSync(path.join(folder, 'data'));

function studyFile(text: string, name = 'study.yaml'): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const valid = `name: small
dataset: { format: idx, uri: data }
model: { preset: mnist-cnn }
stages:
  - { stage: finalTrain }
`;

describe('loading a study', () => {
  test('a relative data set is found beside the study and becomes absolute in what is sent to the workers', async () => {
    const { parsed, input } = await loadStudy(studyFile(valid));
    const { href } = pathToFileURL(path.join(folder, 'data'));
    expect(parsed.dataset.uri).toBe(href);
    expect(input).toMatchObject({ name: 'small', dataset: { format: 'idx', uri: href } });
  });

  test('a model module is bundled as the workers will, so that what is wrong with its imports shows with a line', async () => {
    writeFileSync(path.join(folder, 'mine.mjs'), "import './helper.mjs';\nexport default () => 1;\n");
    const file = studyFile(valid.replace('preset: mnist-cnn', 'module: mine.mjs'), 'with-module.yaml');
    await expect(loadStudy(file)).rejects.toMatchObject({
      exit: 'badInput',
      type: 'InvalidStudy',
      message: expect.stringMatching(/:3:10: model\.module: cannot be used: mine\.mjs:1:8: Could not resolve/),
    });
    writeFileSync(path.join(folder, 'helper.mjs'), '');
    expect((await loadStudy(file)).parsed.model).toEqual({ module: 'mine.mjs' });
  });

  test('a relative file of initial weights becomes absolute, is opened to the workers, and must be there', async () => {
    const model = 'model: { preset: mnist-cnn, initialWeights: { file: trunk.safetensors } }';
    const file = studyFile(valid.replace('model: { preset: mnist-cnn }', model), 'with-weights.yaml');
    await expect(loadStudy(file)).rejects.toMatchObject({
      type: 'InvalidStudy',
      message: expect.stringMatching(/:3:\d+: model\.initialWeights\.file: must be a file, got "file:.*trunk/),
    });
    writeFileSync(path.join(folder, 'trunk.safetensors'), '');
    const { parsed, input } = await loadStudy(file);
    const { href } = pathToFileURL(path.join(folder, 'trunk.safetensors'));
    expect([parsed.model, (input as typeof parsed).model]).toMatchObject(
      [1, 2].map(() => ({ initialWeights: { file: href } })),
    );
    expect(importFolders(parsed)).toEqual([folder]);
  });

  test('JSON is read like YAML', async () => {
    const json = JSON.stringify({
      name: 'small',
      dataset: { format: 'idx', uri: 'data' },
      model: { preset: 'mnist-cnn' },
      stages: [{ stage: 'finalTrain' }],
    });
    expect((await loadStudy(studyFile(json, 'study.json'))).parsed.name).toBe('small');
  });

  test('all problems are told at once, in the order of the file, each with its line and column', async () => {
    const file = studyFile(
      valid
        .replace('name: small', 'name: Not a name')
        .replace('uri: data', 'uri: nowhere')
        .replace('preset: mnist-cnn', 'preset: mnist-cn') + 'sead: 3\n',
    );
    const failure = (await loadStudy(file).catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({ name: 'CommandError', exit: 'badInput', type: 'InvalidStudy' });
    const [head, ...lines] = failure.message.replaceAll(`${file}:`, '').split('\n');
    expect(head).toBe(`${file} has 4 problems`);
    expect(lines.map((line) => line.slice(0, 24))).toEqual([
      '1:1: name: must be 1 to ',
      '2:25: dataset.uri: must ',
      '3:10: model.preset: must',
      '6:1: sead: unknown key, ',
    ]);
    expect(lines.join('\n')).toMatch(/did you mean "mnist-cnn"[^]*did you mean "seed"/);
  });

  test('a syntax error names its line', async () => {
    const file = studyFile('name: [small\nmodel: 3\n');
    await expect(loadStudy(file)).rejects.toThrow(new RegExp(`neither YAML nor JSON\n${file}:2:\\d+: `));
  });

  test.each([
    ['missing.yaml', 'does not exist; name a YAML or JSON file'],
    ['data', 'is a folder'],
  ])('%s is told by its name', async (name, message) => {
    await expect(loadStudy(path.join(folder, name))).rejects.toThrow(
      `study file ${path.join(folder, name)} ${message}`,
    );
  });

  test('a data set named in place of a study is not parsed', async () => {
    await expect(loadStudy(studyFile('x'.repeat(1_000_001), 'big.yaml'))).rejects.toThrow(
      'is no study: it has 1000001 bytes',
    );
  });

  test('aliases that multiply without end are refused', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `${'abcdefghij'[i + 1]}: &${'abcdefghij'[i + 1]} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(', ')}]`,
    );
    await expect(loadStudy(studyFile(['a: &a [x]', ...levels].join('\n')))).rejects.toThrow(
      /cannot be read as data: its aliases \(\*name\) repeat too much; write the values out$/,
    );
  });

  test.each([
    ['an alias of nothing', 'a: *b\n', /the alias \*b has no anchor &b before it$/],
    ['brackets without end', '['.repeat(20_000), /its values are nested more than 100 deep$/],
    [
      'brackets that close again',
      `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      /its values are nested more than 100 deep$/,
    ],
    ['lists in lists', '- '.repeat(20_000), /its values are nested more than 100 deep$/],
    [
      'two documents',
      `${valid}---\n${valid}`,
      /:6:1: a second document begins here, but a study is one: take out the line --- or \.\.\. before it$/,
    ],
  ])('%s: one sentence of our own', async (_, text, message) => {
    await expect(loadStudy(studyFile(text))).rejects.toMatchObject({
      name: 'CommandError',
      exit: 'badInput',
      message: expect.stringMatching(message),
    });
  });
});

describe('the address of a data set', () => {
  const withUri = (uri: string): string => studyFile(valid.replace('uri: data', `uri: ${JSON.stringify(uri)}`));
  const here = pathToFileURL(path.join(folder, 'data')).href;
  const cluster = process.env['TEMPORAL_ADDRESS'];
  afterEach(() => {
    if (cluster === undefined) delete process.env['TEMPORAL_ADDRESS'];
    else process.env['TEMPORAL_ADDRESS'] = cluster;
  });

  test.each([
    'file://host/tmp',
    'file:///tmp/%00',
    'file:///a%2Fb',
    's3://',
    's3:///prefix',
    '/tmp/\0',
    'http://host/data',
  ])('%j is one problem of dataset.uri, on a cluster too', async (uri) => {
    process.env['TEMPORAL_ADDRESS'] = 'temporal.example:7233';
    const message = /has 1 problem\n.*:2:\d+: dataset\.uri: must .*$/;
    await expect(loadStudy(withUri(uri))).rejects.toMatchObject({
      exit: 'badInput',
      message: expect.stringMatching(message),
    });
  });

  test('is taken as it is where its folder exists, or where it is a bucket', async () => {
    for (const uri of [here, 's3://bucket/prefix'])
      expect((await loadStudy(withUri(uri))).parsed.dataset.uri).toBe(uri);
  });

  test('of a bucket that is not open here is warned of on a cluster, whose workers may open it', async () => {
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const warnings = async (): Promise<string> => {
      said.mockClear();
      await loadStudy(withUri('s3://images/mnist'));
      return said.mock.calls.map(([text]) => String(text)).join('');
    };
    process.env['TEMPORAL_ADDRESS'] = 'temporal.example:7233';
    const closed = await warnings();
    process.env['STEPWELL_BUCKET_ROOTS'] = 'images';
    const open = await warnings();
    delete process.env['STEPWELL_BUCKET_ROOTS'];
    delete process.env['TEMPORAL_ADDRESS'];
    const embedded = await warnings();
    said.mockRestore();
    expect(closed).toMatch(/warning: .*dataset\.uri: is in a bucket that STEPWELL_BUCKET_ROOTS does not open here/);
    expect([open, embedded]).toEqual(['', '']);
  });

  test.each(['file:///does/not/exist', pathToFileURL(path.join(folder, 'study.yaml')).href])(
    '%s is a problem where the workers are of this machine',
    async (uri) => {
      delete process.env['TEMPORAL_ADDRESS'];
      await expect(loadStudy(withUri(uri))).rejects.toMatchObject({
        exit: 'badInput',
        message: expect.stringContaining('dataset.uri: must be a folder that exists, got'),
      });
    },
  );

  test("may be a folder of the cluster's workers, with a warning; a relative path may not", async () => {
    process.env['TEMPORAL_ADDRESS'] = 'temporal.example:7233';
    const said: string[] = [];
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    try {
      expect((await loadStudy(withUri('file:///does/not/exist'))).parsed.dataset.uri).toBe('file:///does/not/exist');
    } finally {
      stderr.mockRestore();
    }
    expect(said.join('')).toMatch(
      /^warning: .*:2:\d+: dataset\.uri: is no folder of this machine: the workers of the cluster must have it, got "file:\/\/\/does\/not\/exist"/,
    );
    await expect(loadStudy(withUri('does/not/exist'))).rejects.toThrow('dataset.uri: must be a folder that exists');
  });
});
