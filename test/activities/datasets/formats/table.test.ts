import { gzipSync } from 'node:zlib';
import { table } from '../../../../activities/datasets/formats/table';
import type { DatasetOptions } from '../../../../activities/datasets/formats/format';
import { pinDataset } from '../../../../activities/datasets/packed/pin';
import { memoryStore } from '../../../../activities/storage/memory';
import { folderOf, readAll, sourceOf } from '../../../support/datasets';
import { greyPng } from '../../../support/image-files';

/** Ten images, the pixels of each being its number. */
async function images(): Promise<Record<string, Buffer>> {
  const files = await Promise.all(
    Array.from(
      { length: 10 },
      async (_, i) => [`img/${i}.png`, await greyPng(2, 2, new Uint8Array(4).fill(i))] as const,
    ),
  );
  return Object.fromEntries(files);
}

const text = (...lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

async function read(tables: Readonly<Record<string, Buffer>>, options?: DatasetOptions) {
  const opened = await table.open(await sourceOf({ ...(await images()), ...tables }), options);
  const numbers = async (part: typeof opened.train | null) =>
    part && [...(await readAll(part)).images].filter((_, i) => i % 4 === 0);
  return {
    opened,
    classNames: opened.classNames,
    train: { ...(await readAll(opened.train)), numbers: await numbers(opened.train) },
    test: opened.test && { ...(await readAll(opened.test)), numbers: await numbers(opened.test) },
  };
}

describe('a table of images', () => {
  it('has their classes, in the order of its lines', async () => {
    const { classNames, train, opened } = await read({
      'labels.csv': text('path,label,width', 'img/3.png,dog,9', './img/1.png,cat,9', 'img\\2.png,dog,9'),
    });
    expect([opened.shape, classNames, train.numbers, train.labels]).toEqual([
      [2, 2, 1],
      ['cat', 'dog'],
      [3, 1, 2],
      [1, 0, 1],
    ]);
  });

  it('sorts classes that are numbers by size', async () => {
    const { classNames } = await read({ 'a.csv': text('file,class', 'img/1.png,10', 'img/2.png,9', 'img/3.png,-1') });
    expect(classNames).toEqual(['-1', '9', '10']);
  });

  it.each<[string, Record<string, Buffer>]>([
    [
      'a column',
      {
        'all.csv': text(
          'path,label,split',
          ...['1,a,train', '2,b,Train', '3,b,validation', '4,a,test'].map(
            (line) => `img/${line.replace(',', '.png,')}`,
          ),
        ),
      },
    ],
    [
      'a table a part, zipped or not',
      {
        'train.csv': text('path,label', 'img/1.png,a', 'img/2.png,b'),
        'val.csv.gz': gzipSync(text('path,label', 'img/3.png,b')),
        'test.csv': text('label,path', 'a,img/4.png'),
      },
    ],
    [
      'JSON lines',
      {
        'metadata.jsonl': text(
          '{"file_name":"img/1.png","label":"a","split":"train"}',
          '{"file_name":"img/2.png","label":"b","split":"train"}',
          '',
          '{"split":"valid","file_name":"img/3.png","label":"b","more":[1]}',
          '{"file_name":"img/4.png","label":"a","split":"test"}',
        ),
      },
    ],
  ])('is dealt out by %s', async (_, tables) => {
    const { opened, train, test } = await read(tables);
    expect(opened.validationExamples).toBe(1);
    expect([train.numbers, train.labels, test?.numbers, test?.labels]).toEqual([[1, 2, 3], [0, 1, 1], [4], [0]]);
  });

  it('has numbers where it has no label, and those columns that are named', async () => {
    const lines = ['path,age,smiles', 'img/1.png,1.5,1', 'img/2.png,-2,0'];
    const both = await read({ 'a.csv': text(...lines) });
    expect(both.opened.train.targets).toEqual({ names: ['age', 'smiles'], values: Float32Array.of(1.5, 1, -2, 0) });
    expect(both.train.labels).toEqual([1.5, 1, -2, 0]);
    const one = await read(
      { 'a.jsonl': text('{"path":"img/1.png","age":2,"is":true}', '{"path":"img/2.png","age":3,"is":false}') },
      {
        columns: { targets: ['is'] },
      },
    );
    expect(one.opened.train.targets).toEqual({ names: ['is'], values: Float32Array.of(1, 0) });
  });

  it('is packed, its numbers beside the images', async () => {
    const lines = Array.from({ length: 10 }, (_, i) => `img/${i}.png,${i / 4}`);
    const folder = folderOf({ ...(await images()), 'a.csv': text('path,age', ...lines) });
    const dependencies = { store: memoryStore(), fileRoots: [folder] };
    const spec = { format: 'table', uri: folder, validationFraction: 0.2 };
    const pinned = await pinDataset(dependencies, spec, 1, { onProgress: () => undefined });
    expect(pinned.targets).toMatchObject([{ name: 'age', isLabel: false }]);
  });
});

describe('a table of images is refused', () => {
  const good = ['path,label', 'img/1.png,a', 'img/2.png,b'];

  it.each<[string, Record<string, Buffer>, RegExp, DatasetOptions?]>([
    ['with none', {}, /lacks a table .*looked for one .csv or .jsonl/],
    ['with two', { 'a.csv': text(...good), 'b.csv': text(...good) }, /one table, or one each .* got a.csv, b.csv/],
    [
      'without paths',
      { 'a.csv': text('id,label', '1,a') },
      /must have a column with the images' paths, .*found id, label/,
    ],
    ['without labels', { 'a.csv': text('path', 'img/1.png') }, /must have a column with labels/],
    ['without lines', { 'a.csv': text('path,label') }, /a.csv has no lines/],
    ['that is empty', { 'a.csv': Buffer.alloc(0) }, /a.csv.* is empty/],
    [
      'with a column that is not there',
      { 'a.csv': text(...good) },
      /must name columns of a.csv, got age; found path, label/,
      { columns: { targets: ['age'] } },
    ],
    [
      'with files that are not there',
      { 'a.csv': text(...good, 'img/11.png,a') },
      /lists 1 files that are not there .*img\/11.png; paths must be relative/,
    ],
    ['with a path that leads out', { 'a.csv': text(...good, '../secret.png,a') }, /got "..\/secret.png"/],
    ['with a hidden way out', { 'a.csv': text(...good, 'img\\..\\..\\secret.png,a') }, /without \.\./],
    ['with an absolute path', { 'a.csv': text(...good, '/etc/passwd,a') }, /got "\/etc\/passwd"/],
    ['with an address', { 'a.csv': text(...good, 'https://x/1.png,a') }, /write it relative to the table/],
    ['with a file twice', { 'a.csv': text(...good, './img/1.png,b') }, /1 files are listed twice .*img\/1.png/],
    [
      'with an unknown part',
      { 'a.csv': text('path,label,split', 'img/1.png,a,holdout') },
      /train, val or test as split, got "holdout" in row 1/,
    ],
    [
      'with no training part',
      { 'a.csv': text('path,label,split', 'img/1.png,a,test') },
      /no training examples .*found test/,
    ],
    [
      'with one class',
      { 'a.csv': text('path,label', 'img/1.png,a') },
      /at least 2 classes .* got only a; label every image/,
    ],
    ['with an empty label', { 'a.csv': text(...good, 'img/3.png,') }, /has no label for img\/3.png/],
    [
      'with numbers for classes',
      { 'a.csv': text('path,label', 'img/1.png,0.5', 'img/2.png,1') },
      /columns: \{ targets: \[label\] \} and task: regression/,
    ],
    [
      'with words for numbers',
      { 'a.csv': text('path,age', 'img/1.png,old') },
      /must hold numbers, got "old" as age of img\/1.png/,
    ],
    [
      'with a broken line of JSON',
      { 'a.jsonl': text('{"path":"img/1.png","label":"a"}', '{"path":') },
      /a.jsonl: line 2 must be a JSON object, got \{"path":/,
    ],
  ])('%s', async (...[, tables, message, options]) => {
    await expect(read(tables, options)).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: expect.stringMatching(message),
    });
  });
});
