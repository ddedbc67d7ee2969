import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openSource } from '../../../../activities/datasets/source/source';
import type { Source } from '../../../../activities/datasets/source/source';
import { memoryStore } from '../../../../activities/storage/memory';
import { folderOf } from '../../../support/datasets';

const refused = (message: RegExp) => ({ name: 'DatasetInvalid', message: expect.stringMatching(message) });

async function text(source: Source, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(name)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a file:// data set', () => {
  const root = folderOf({ 'mnist/a.bin': Buffer.from('a'), 'mnist/inner/b.bin': Buffer.from('b') });
  const secret = folderOf({ 'secret.txt': Buffer.from('secret') });
  const open = (uri: string, fileRoots: readonly string[] = [root]): Promise<Source> => openSource(uri, { fileRoots });

  it('lists and reads the files of its folder and of folders in it', async () => {
    const source = await open(pathToFileURL(path.join(root, 'mnist')).href);
    expect(await source.list()).toEqual(['a.bin']);
    expect(await source.list('inner')).toEqual(['b.bin']);
    expect(await source.list('none')).toEqual([]);
    expect([await text(source, 'inner/b.bin'), await source.bytes('a.bin')]).toEqual(['b', 1]);
  });

  it('may be an absolute path, and the root itself', async () => {
    await expect(open(path.join(root, 'mnist'))).resolves.toBeDefined();
    await expect(open(root)).resolves.toBeDefined();
    await expect(open(root, ['/'])).resolves.toBeDefined();
  });

  it('is refused where the operator opened no folder, with the variable that opens one', async () => {
    await expect(open(pathToFileURL(root).href, [])).rejects.toMatchObject(
      refused(/none is allowed: set STEPWELL_FILE_ROOTS/),
    );
  });

  it('is refused outside the roots, whether it exists or not', async () => {
    for (const folder of [
      secret,
      path.join(secret, 'none'),
      `${root}/../${path.basename(secret)}`,
      `${root}-more`,
      path.dirname(root),
    ]) {
      await expect(open(`file://${folder}`)).rejects.toMatchObject(
        refused(/must lie in a folder that the worker may read.*STEPWELL_FILE_ROOTS/),
      );
    }
    await expect(open(`file://${root}/%2e%2e/${path.basename(secret)}`)).rejects.toMatchObject(
      refused(/STEPWELL_FILE_ROOTS/),
    );
  });

  it('is refused where a link leads out of the roots', async () => {
    symlinkSync(secret, path.join(root, 'link'));
    await expect(open(`file://${root}/link`)).rejects.toMatchObject(refused(/STEPWELL_FILE_ROOTS/));
    mkdirSync(path.join(root, 'linked'));
    symlinkSync(path.join(secret, 'secret.txt'), path.join(root, 'linked', 'a.bin'));
    const source = await open(`file://${root}/linked`);
    await expect(text(source, 'a.bin')).rejects.toMatchObject(refused(/STEPWELL_FILE_ROOTS/));
    await expect(source.bytes('a.bin')).rejects.toMatchObject(refused(/STEPWELL_FILE_ROOTS/));
  });

  it('may be a link to another folder inside the roots', async () => {
    symlinkSync(path.join(root, 'mnist'), path.join(root, 'current'));
    expect(await text(await open(`file://${root}/current`), 'a.bin')).toBe('a');
  });

  it('is refused where the folder is missing, a file, or a loop', async () => {
    writeFileSync(path.join(root, 'file.gz'), '');
    symlinkSync(path.join(root, 'loop'), path.join(root, 'loop'));
    await expect(open(`file://${root}/none`)).rejects.toMatchObject(refused(/does not exist \[path=.*none\]/));
    await expect(open(`file://${root}/file.gz`)).rejects.toMatchObject(refused(/must be a folder, got the file/));
    await expect(open(`file://${root}/loop`)).rejects.toMatchObject(refused(/loop of links/));
  });

  it('is refused where a file is a pipe, which would keep its reader waiting', async () => {
    execFileSync('mkfifo', [path.join(root, 'mnist', 'pipe')]);
    await expect(text(await open(`file://${root}/mnist`), 'pipe')).rejects.toMatchObject(refused(/regular file/));
  });

  it.each(['file://host/data', 'file:///%2F', 'data/digits', 'https://host/data', 'S3://bucket'])(
    'is refused at an address such as %s',
    async (uri) => {
      await expect(open(uri)).rejects.toMatchObject(refused(/dataset.uri must be file:\/\/\/absolute\/folder/));
    },
  );
});

describe('an s3:// data set', () => {
  const bucketWith = async (keys: readonly string[]) => {
    const store = memoryStore();
    for (const key of keys) await store.put(key, Buffer.from(key));
    return store;
  };

  it('lists and reads the objects below its prefix', async () => {
    const store = await bucketWith(['a.bin', 'inner/b.bin', 'inner/deeper/c.bin']);
    const opened: unknown[] = [];
    const source = await openSource('s3://my-bucket/sets/mnist', {
      fileRoots: [],
      openBucket: (address) => {
        opened.push(address);
        return store;
      },
    });
    expect(opened).toEqual([{ bucket: 'my-bucket', prefix: 'sets/mnist/' }]);
    expect([await source.list(), await source.list('inner'), await source.list('none')]).toEqual([
      ['a.bin'],
      ['b.bin'],
      [],
    ]);
    expect([await text(source, 'inner/b.bin'), await source.bytes('a.bin')]).toEqual(['inner/b.bin', 5]);
  });

  it.each(['s3://', 's3:///key', 's3://Bucket/key', 's3://user:secret@host/key', 's3://../key'])(
    'is refused at an address such as %s',
    async (uri) => {
      await expect(openSource(uri, { fileRoots: [], openBucket: memoryStore })).rejects.toMatchObject(
        refused(/must be s3:\/\/bucket\/prefix/),
      );
    },
  );

  it('is refused where an object goes away while it is read', async () => {
    const source = await openSource('s3://my-bucket', { fileRoots: [], openBucket: memoryStore });
    await expect(source.bytes('a')).rejects.toMatchObject(refused(/went away/));
    await expect(text(source, 'a')).rejects.toMatchObject(refused(/went away/));
  });
});
