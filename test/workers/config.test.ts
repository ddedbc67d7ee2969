import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { usableCores } from '../../activities/usable-cores';
import { environmentSchema, isDebugging, readClientConfig, readConfig } from '../../workers/config';

/** What a container may use, or else all of the machine's. */
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity);

/** Names no GPU, so that no driver is asked. */
const withoutGpus = { STEPWELL_GPUS: '' };

const GPU = 'GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77';
const MIG = 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f';

describe('the configuration', () => {
  test('an empty environment gives every default', () => {
    expect(readConfig({ ...withoutGpus, XDG_CACHE_HOME: '/cache' })).toEqual({
      bucket: 'stepwell',
      prefix: 'v1/',
      taskQueuePrefix: '',
      cacheFolder: '/cache/stepwell',
      gpus: [],
      fileRoots: [],
      bucketRoots: ['stepwell/'],
      modelFolder: null,
      stopSeconds: 25,
      trainingSlots: Math.min(2, usableCores()),
      trainerThreads: Math.max(1, Math.floor(usableCores() / Math.min(2, usableCores()))),
      residentBytes: Math.floor(memory() / Math.min(2, usableCores()) / 4),
      workflowBundle: undefined,
      deployment: undefined,
    });
  });

  test('all problems are told at once, each with its variable, rule and value', () => {
    const environment = {
      STEPWELL_PREFIX: 'no-slash',
      STEPWELL_TRAINING_SLOTS: '0',
      STEPWELL_TRAINER_THREADS: 'many',
      STEPWELL_STOP_SECONDS: '-1',
      STEPWELL_RESIDENT_BYTES: '4GB',
      STEPWELL_GPUS: 'a,b',
      STEPWELL_TASK_QUEUE_PREFIX: 'a b',
      STEPWELL_MODEL_FOLDER: '/no/such/folder',
      STEPWELL_WORKFLOW_BUNDLE: '/no/such/file',
      TEMPORAL_DEPLOYMENT_NAME: 'gpu',
    };
    const problems = (() => {
      try {
        return String(readConfig(environment));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(problems.replace('the environment is invalid: ', '').split('; ').sort()).toEqual([
      'STEPWELL_GPUS must be GPU numbers, or GPU-… and MIG-… names as nvidia-smi -L prints them, separated by commas, or empty for none, got "a,b"',
      'STEPWELL_MODEL_FOLDER must be a folder that exists, got "/no/such/folder"',
      'STEPWELL_PREFIX must be empty or end with /, got "no-slash"',
      'STEPWELL_RESIDENT_BYTES must be a whole number of bytes, got "4GB"',
      'STEPWELL_STOP_SECONDS must be a whole number of at least 1, got "-1"',
      'STEPWELL_TASK_QUEUE_PREFIX must be letters, digits, dots, dashes and underscores, got "a b"',
      'STEPWELL_TRAINER_THREADS must be a whole number of at least 1, got "many"',
      'STEPWELL_TRAINING_SLOTS must be a whole number of at least 1, got "0"',
      'STEPWELL_WORKFLOW_BUNDLE must be a file that exists, got "/no/such/file"',
      'TEMPORAL_WORKER_BUILD_ID must be set together with TEMPORAL_DEPLOYMENT_NAME, or neither',
    ]);
  });

  test('an empty variable counts as unset, as container tools pass them on', () => {
    const { bucket, trainingSlots } = readConfig({
      ...withoutGpus,
      STEPWELL_BUCKET: '',
      STEPWELL_TRAINING_SLOTS: '',
      STEPWELL_MODEL_FOLDER: '',
    });
    expect({ bucket, trainingSlots }).toEqual({
      bucket: 'stepwell',
      trainingSlots: Math.min(2, usableCores()),
    });
  });

  test.each([
    [{ STEPWELL_GPUS: '0,2' }, ['0', '2'], 2],
    [{ STEPWELL_GPUS: '', CUDA_VISIBLE_DEVICES: '0' }, [], Math.min(2, usableCores())],
    [{ CUDA_VISIBLE_DEVICES: '1' }, ['1'], 1],
    [{ CUDA_VISIBLE_DEVICES: `${GPU},${MIG}` }, [GPU, MIG], 2],
    [{ CUDA_VISIBLE_DEVICES: '1,-1,2' }, ['1'], 1],
    [{ CUDA_VISIBLE_DEVICES: 'NoDevFiles' }, [], Math.min(2, usableCores())],
    [{ STEPWELL_GPUS: `${MIG},MIG-${GPU}/7/0,3` }, [MIG, `MIG-${GPU}/7/0`, '3'], 3],
    [{ CUDA_VISIBLE_DEVICES: '-1' }, [], Math.min(2, usableCores())],
    [{ STEPWELL_GPUS: '0', STEPWELL_TRAINING_SLOTS: '3' }, ['0'], 3],
  ])('%j trains on GPUs %j, %i at a time', (environment, gpus, trainingSlots) => {
    expect(readConfig(environment)).toMatchObject({ gpus, trainingSlots });
  });

  test.each([`MIG-${GPU}`, `${GPU}/1`, '0,', 'cuda:0', '0;1', 'GPU-'])('%j names no GPU', (wrong) => {
    expect(() => readConfig({ STEPWELL_GPUS: wrong })).toThrow('STEPWELL_GPUS must be GPU numbers');
  });

  test('images in memory may be limited, to none as well', () => {
    expect(readConfig({ ...withoutGpus, STEPWELL_RESIDENT_BYTES: '1000000' }).residentBytes).toBe(1e6);
    expect(readConfig({ ...withoutGpus, STEPWELL_RESIDENT_BYTES: '0' }).residentBytes).toBe(0);
  });

  test('folders are absolute, and lists of them are split as the platform does', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-config-'));
    const bundle = path.join(folder, 'bundle.js');
    writeFileSync(bundle, '');
    const config = readConfig({
      ...withoutGpus,
      STEPWELL_FILE_ROOTS: ['data', '', '/more'].join(path.delimiter),
      STEPWELL_MODEL_FOLDER: folder,
      STEPWELL_WORKFLOW_BUNDLE: bundle,
    });
    expect(config).toMatchObject({
      fileRoots: [path.resolve('data'), '/more'],
      modelFolder: folder,
      workflowBundle: bundle,
    });
  });

  test('a list of folders may be JSON, for names with the separator in them', () => {
    const roots = (text: string) => readConfig({ ...withoutGpus, STEPWELL_FILE_ROOTS: text }).fileRoots;
    expect(roots('["/a:b", "/c"]')).toEqual(['/a:b', '/c']);
    for (const wrong of ['["/a"', '[1]', '[']) {
      expect(() => roots(wrong)).toThrow(
        `STEPWELL_FILE_ROOTS must be folders with : between them, or a JSON list of them where a name holds a :, got ${JSON.stringify(wrong)}`,
      );
    }
  });

  test('buckets are a list, all of them, or else the own one below the own prefix', () => {
    const roots = (environment: Readonly<Record<string, string>>) =>
      readConfig({ ...withoutGpus, ...environment }).bucketRoots;
    expect(roots({ STEPWELL_BUCKET: 'ours', STEPWELL_PREFIX: 'team-a/' })).toEqual(['ours/team-a/']);
    expect(roots({ STEPWELL_BUCKET_ROOTS: 'images, shared/sets' })).toEqual(['images', 'shared/sets']);
    expect(roots({ STEPWELL_BUCKET_ROOTS: '*' })).toEqual(['*']);
    for (const wrong of ['s3://images', 'Images', 'images,*/x']) {
      expect(() => roots({ STEPWELL_BUCKET_ROOTS: wrong })).toThrow(
        `STEPWELL_BUCKET_ROOTS must be buckets, or bucket/prefix, with commas between them, or * for all, got ${JSON.stringify(wrong)}`,
      );
    }
  });

  test('worker versioning needs both its variables', () => {
    const deployment = { TEMPORAL_DEPLOYMENT_NAME: 'gpu', TEMPORAL_WORKER_BUILD_ID: '7' };
    expect(readConfig({ ...withoutGpus, ...deployment }).deployment).toEqual({ deploymentName: 'gpu', buildId: '7' });
  });

  test('a client needs the queue prefix and finds the same mistakes', () => {
    expect(readClientConfig({ STEPWELL_TASK_QUEUE_PREFIX: 'team-a.' })).toEqual({
      taskQueuePrefix: 'team-a.',
      fileRoots: [],
      bucketRoots: ['stepwell/'],
      modelFolder: null,
      stopSeconds: 25,
    });
    expect(() => readClientConfig({ STEPWELL_PREFIX: 'no-slash' })).toThrow(
      'STEPWELL_PREFIX must be empty or end with /',
    );
  });

  test('debugging can be asked for in an environment that is wrong', () => {
    expect([
      isDebugging({ STEPWELL_DEBUG: '1', STEPWELL_PREFIX: 'x' }),
      isDebugging({}),
      isDebugging({ STEPWELL_DEBUG: '0' }),
    ]).toEqual([true, false, false]);
  });

  test('every variable says what it is for', () => {
    for (const [name, schema] of Object.entries(environmentSchema.shape))
      expect([name, schema.description]).toEqual([name, expect.stringMatching(/\w+/)]);
  });
});
