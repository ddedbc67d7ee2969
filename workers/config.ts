/**
 * Every environment variable that Stepwell reads, in one schema. Temporal's connection (`TEMPORAL_*`) is read by its
 * own envconfig, credentials and endpoint of the store (`AWS_*`) by the AWS SDK's own chain.
 *
 * @module
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ALL_BUCKETS } from '../activities/datasets/source/bucket-roots';
import { STOP_SECONDS } from '../activities/trial/stopping';
import { usableCores } from '../activities/usable-cores';
import { S3_ADDRESS } from '../workflows/spec/dataset-address';
import { chooseCacheFolder } from './cache-folder';
import { ConfigInvalid } from './config-invalid';
import type { Environment } from './environment';
import { GPU_LIST, installedGpus, listedGpus } from './gpus';
import { defaultResidentBytes } from './resident-bytes';

const atLeastOne = z
  .string()
  .regex(/^0*[1-9]\d{0,5}$/, 'must be a whole number of at least 1')
  .transform(Number);
const bytes = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number of bytes')
  .transform(Number);
const folderList = z.string().transform((text, context) => {
  const folders = text.startsWith('[') ? listOf(text) : text.split(path.delimiter);
  if (folders !== undefined) return folders.filter((folder) => folder !== '').map((folder) => path.resolve(folder));
  context.addIssue('must be folders with : between them, or a JSON list of them where a name holds a :');
  return z.NEVER;
});
const bucketList = z.string().transform((text, context) => {
  const roots = text
    .split(',')
    .map((root) => root.trim())
    .filter((root) => root !== '');
  if (roots.every((root) => root === ALL_BUCKETS || S3_ADDRESS.test(`s3://${root}`))) return roots;
  context.addIssue(`must be buckets, or bucket/prefix, with commas between them, or ${ALL_BUCKETS} for all`);
  return z.NEVER;
});
const folder = z
  .string()
  .refine((name) => statSync(name, { throwIfNoEntry: false })?.isDirectory() === true, 'must be a folder that exists')
  .transform((name) => path.resolve(name));
const file = z
  .string()
  .refine((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true, 'must be a file that exists')
  .transform((name) => path.resolve(name));

/** Of embedded services, in the current folder. */
const FOLDER = '.stepwell';

export const environmentSchema = z
  .object({
    STEPWELL_BUCKET: z.string().default('stepwell').describe('bucket for data sets, checkpoints and studies'),
    STEPWELL_PREFIX: z
      .string()
      .regex(/^([\w.-]+\/)*$/, 'must be empty or end with /')
      .default('')
      .describe('key prefix inside the bucket'),
    STEPWELL_TASK_QUEUE_PREFIX: z
      .string()
      .regex(/^[\w.-]*$/, 'must be letters, digits, dots, dashes and underscores')
      .default('')
      .describe('precedes the names of the task queues, so that deployments can share a namespace'),
    STEPWELL_CACHE: z
      .string()
      .optional()
      .describe(
        "folder for packed data sets, scratch files and downloaded parts; default: stepwell in the user's cache folder",
      ),
    STEPWELL_CACHE_BYTES: bytes
      .optional()
      .describe(
        'packed data sets in the cache folder: above it the least used are removed, never one in use; default: no limit',
      ),
    STEPWELL_TRAINING_SLOTS: atLeastOne
      .optional()
      .describe('trainings at a time in one training worker; default: the number of GPUs, else 2 (1 on one core)'),
    STEPWELL_TRAINER_THREADS: atLeastOne
      .optional()
      .describe(
        "CPU threads of one trainer; default: cores divided by slots. Part of a trial's identity: pin it where workers differ",
      ),
    STEPWELL_RESIDENT_BYTES: bytes
      .optional()
      .describe(
        "images that one trainer holds in memory; a data set of more is read from the cache folder while it trains, to the same bits; default: a quarter of its share of the memory, or of its GPU's",
      ),
    STEPWELL_STOP_SECONDS: atLeastOne
      .default(STOP_SECONDS)
      .describe(
        'how long a worker that is told to stop may take to write checkpoints and hand its trials over, a third of it for the step under way; whatever ends it by force must wait longer; default: 25',
      ),
    STEPWELL_GPUS: z
      .string()
      .regex(
        GPU_LIST,
        'must be GPU numbers, or GPU-… and MIG-… names as nvidia-smi -L prints them, separated by commas, or empty for none',
      )
      .optional()
      .describe(
        'GPUs and MIG devices to train on, one slot each: numbers, or names as nvidia-smi -L prints them; default: CUDA_VISIBLE_DEVICES, else all that the driver lists',
      ),
    STEPWELL_MODEL_FOLDER: folder
      .optional()
      .describe('folder that tuner workers may bundle model modules from; default: none'),
    STEPWELL_FILE_ROOTS: folderList
      .default([])
      .describe(
        'folders that file:// data sets may be read from, with : between them or as a JSON list; default: none',
      ),
    STEPWELL_BUCKET_ROOTS: bucketList
      .optional()
      .describe(
        "buckets, or bucket/prefix, that s3:// data sets and imports may be read from, with commas between them, or * for all that the worker's credentials open; default: STEPWELL_BUCKET below STEPWELL_PREFIX",
      ),
    STEPWELL_WORKFLOW_BUNDLE: file
      .optional()
      .describe('prebuilt workflow bundle; default: the one beside the compiled code, else bundled at start'),
    STEPWELL_FOLDER: z
      .string()
      .default(FOLDER)
      .describe(`folder of embedded services, where --folder names no other; default: ${FOLDER}`),
    STEPWELL_DEBUG: z.string().optional().describe('1 to show the stack trace of errors'),
    TEMPORAL_DEPLOYMENT_NAME: z
      .string()
      .optional()
      .describe('worker deployment name; with a build id, turns worker versioning on'),
    TEMPORAL_WORKER_BUILD_ID: z.string().optional().describe('build id of this worker version'),
  })
  .refine(
    ({ TEMPORAL_DEPLOYMENT_NAME: name, TEMPORAL_WORKER_BUILD_ID: buildId }) =>
      (name === undefined) === (buildId === undefined),
    {
      path: ['TEMPORAL_WORKER_BUILD_ID'],
      error: 'must be set together with TEMPORAL_DEPLOYMENT_NAME, or neither',
      when: () => true,
    },
  );

/** Undefined where the text is no JSON list of strings. */
function listOf(text: string): readonly string[] | undefined {
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export interface Config {
  readonly bucket: string;
  readonly prefix: string;
  readonly taskQueuePrefix: string;
  readonly cacheFolder: string;
  /** Of packed data sets. */
  readonly cacheBytesMax: number | undefined;
  readonly gpus: readonly string[];
  readonly trainingSlots: number;
  readonly trainerThreads: number;
  /** Of images, in one trainer. */
  readonly residentBytes: number;
  /** Of a worker that is told to stop. */
  readonly stopSeconds: number;
  readonly modelFolder: string | null;
  readonly fileRoots: readonly string[];
  /** Each `bucket`, `bucket/prefix` or `*`. */
  readonly bucketRoots: readonly string[];
  readonly workflowBundle: string | undefined;
  readonly deployment: { readonly deploymentName: string; readonly buildId: string } | undefined;
}

/**
 * The configuration of a worker process.
 *
 * @throws ConfigInvalid naming every variable that is wrong, its rule and its value.
 */
export function readConfig(environment: Environment = process.env): Config {
  const values = parseEnvironment(environment);
  const list = values.STEPWELL_GPUS ?? environment['CUDA_VISIBLE_DEVICES'];
  const gpus = list === undefined ? installedGpus() : listedGpus(list);
  const cores = usableCores();
  const trainingSlots = values.STEPWELL_TRAINING_SLOTS ?? (gpus.length > 0 ? gpus.length : Math.min(2, cores));
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = values;
  return {
    ...placeIn(values),
    taskQueuePrefix: values.STEPWELL_TASK_QUEUE_PREFIX,
    cacheFolder: chooseCacheFolder(environment),
    cacheBytesMax: values.STEPWELL_CACHE_BYTES,
    gpus,
    trainingSlots,
    trainerThreads: values.STEPWELL_TRAINER_THREADS ?? Math.max(1, Math.floor(cores / trainingSlots)),
    residentBytes: values.STEPWELL_RESIDENT_BYTES ?? defaultResidentBytes(gpus, trainingSlots),
    stopSeconds: values.STEPWELL_STOP_SECONDS,
    modelFolder: values.STEPWELL_MODEL_FOLDER ?? null,
    fileRoots: values.STEPWELL_FILE_ROOTS,
    bucketRoots: bucketRootsIn(values),
    workflowBundle: values.STEPWELL_WORKFLOW_BUNDLE,
    deployment: deploymentName !== undefined && buildId !== undefined ? { deploymentName, buildId } : undefined,
  };
}

/** Where the environment's store keeps what is Stepwell's. @throws ConfigInvalid */
export function readStoreConfig(environment: Environment): Pick<Config, 'bucket' | 'prefix'> {
  return placeIn(parseEnvironment(environment));
}

function placeIn(values: z.output<typeof environmentSchema>): Pick<Config, 'bucket' | 'prefix'> {
  // The layout in the bucket has a version.
  return { bucket: values.STEPWELL_BUCKET, prefix: `${values.STEPWELL_PREFIX}v1/` };
}

/** What a deployment has in a bucket is its own; beside it may lie what belongs to others. */
function bucketRootsIn({
  STEPWELL_BUCKET_ROOTS: roots,
  ...own
}: z.output<typeof environmentSchema>): readonly string[] {
  return roots ?? [`${own.STEPWELL_BUCKET}/${own.STEPWELL_PREFIX}`];
}

/** What a client needs to know of its workers' configuration; looks for no GPU. @throws ConfigInvalid */
export function readClientConfig(
  environment: Environment = process.env,
): Pick<Config, 'taskQueuePrefix' | 'fileRoots' | 'bucketRoots' | 'modelFolder' | 'stopSeconds'> {
  const values = parseEnvironment(environment);
  return {
    taskQueuePrefix: values.STEPWELL_TASK_QUEUE_PREFIX,
    fileRoots: values.STEPWELL_FILE_ROOTS,
    bucketRoots: bucketRootsIn(values),
    modelFolder: values.STEPWELL_MODEL_FOLDER ?? null,
    stopSeconds: values.STEPWELL_STOP_SECONDS,
  };
}

/** Whether errors show their stack trace; never fails, so that it can be asked while reporting a bad environment. */
export function isDebugging(environment: Environment = process.env): boolean {
  return environment['STEPWELL_DEBUG'] === '1';
}

/** Where embedded services keep everything; never fails, as `isDebugging`. */
export const embeddedFolder = (environment: Environment = process.env): string =>
  environment['STEPWELL_FOLDER'] || FOLDER;

function parseEnvironment(environment: Environment): z.output<typeof environmentSchema> {
  // Container tools pass unset variables on as empty ones; only an empty list of GPUs says something: none.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => value !== '' || name === 'STEPWELL_GPUS'),
  );
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [name], message }) => {
    const value = environment[String(name)];
    return `${String(name)} ${message}${value === undefined ? '' : `, got ${JSON.stringify(value)}`}`;
  });
  throw new ConfigInvalid(`the environment is invalid: ${problems.join('; ')}`);
}
