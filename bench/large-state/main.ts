/**
 * `npm run bench:large-state`: whether a state of many gigabytes goes into a store and comes back, with a process killed
 * half-way, in memory that does not grow with it.
 *
 * @module
 */
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sha256Of } from '../../activities/content-hash';
import type { S3Access } from '../../activities/storage/s3-client';
import type { CheckpointFile } from '../../activities/trial/protocol';
import { credentialsOf, REGION, startMinio, startVersitygw } from '../../infra/services';
import { describeMachine } from '../report';
import type { AttemptJob, AttemptNews } from './attempt';
import { writeState } from './state';

const USAGE = `npm run bench:large-state -- [--gigabytes N] [--only versitygw|minio] [--json]
  --gigabytes N  size of the state; 5 unless given. The temporary folder needs four times as much
  --only NAME    one store alone
  --json         one JSON object on standard output
`;

const STORES = { versitygw: startVersitygw, minio: startMinio } as const;
type StoreName = keyof typeof STORES;

const BUCKET = 'large-state';

// A notice about later versions of the SDK is no news to whoever measures.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** What was seen of one store; bytes are peaks of resident memory. */
interface StoreFigures {
  readonly store: StoreName;
  /** Uploads begun and not ended, after the kill and after the attempt that followed it. */
  readonly uploadsLeft: { readonly byKilled: number; readonly atEnd: number };
  readonly putSeconds: number;
  readonly getSeconds: number;
  readonly peakBytes: { readonly killed: number; readonly put: number; readonly get: number };
  readonly sameContent: boolean;
}

type Ended = Extract<AttemptNews, { readonly type: 'ended' }>;

/** @returns The attempt's last word; of one that was killed, after so many bytes, what it said last. */
async function attempt(job: AttemptJob, killAfterBytes = Number.POSITIVE_INFINITY): Promise<AttemptNews> {
  const child = fork(path.join(__dirname, 'attempt.ts'), { execArgv: ['--import', require.resolve('tsx')] });
  let last: AttemptNews | undefined;
  child.on('message', (news: AttemptNews) => {
    last = news;
    if (news.type === 'moved' && news.bytes >= killAfterBytes) child.kill('SIGKILL');
  });
  child.send(job);
  await new Promise((resolve) => child.once('exit', resolve));
  if (last === undefined) throw new Error(`the attempt said nothing [code=${String(child.exitCode)}]`);
  return last;
}

async function endedAttempt(job: AttemptJob): Promise<Ended> {
  const last = await attempt(job);
  if (last.type !== 'ended') throw new Error(`the attempt did not end [attempt=${job.attempt}]`);
  return last;
}

async function measure(name: StoreName, state: CheckpointFile, folder: string): Promise<StoreFigures> {
  const server = await STORES[name]({ folder });
  const access: S3Access = { endpoint: server.address, region: REGION, ...credentialsOf(folder) };
  const { endpoint, region, accessKeyId, secretAccessKey } = access;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  const uploads = async (): Promise<number> =>
    (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0;
  try {
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const job = (number: number): AttemptJob => ({
      access,
      bucket: BUCKET,
      hash: sha256Of('large state'),
      attempt: number,
      state,
      restoreTo: path.join(folder, 'restored.safetensors'),
    });
    const killed = await attempt(job(1), state.bytes / 2);
    if (killed.type === 'ended') throw new Error('the attempt ended before it was killed; give more --gigabytes');
    const byKilled = await uploads();
    const put = await endedAttempt(job(2));
    const atEnd = await uploads();
    const get = await endedAttempt(job(3));
    return {
      store: name,
      uploadsLeft: { byKilled, atEnd },
      putSeconds: put.seconds,
      getSeconds: get.seconds,
      peakBytes: { killed: killed.peakBytes, put: put.peakBytes, get: get.peakBytes },
      sameContent: get.restored === state.sha256,
    };
  } finally {
    client.destroy();
    await server.stop();
  }
}

function lineOf({ store, uploadsLeft, putSeconds, getSeconds, peakBytes, sameContent }: StoreFigures): string {
  const [killed, put, get] = [peakBytes.killed, peakBytes.put, peakBytes.get].map((bytes) => Math.round(bytes / 1e6));
  return (
    `${store}: ${sameContent ? 'same SHA-256' : 'OTHER CONTENT'}; uploads left by the killed process ` +
    `${uploadsLeft.byKilled}, at the end ${uploadsLeft.atEnd}; put ${putSeconds.toFixed(1)} s, get ${getSeconds.toFixed(1)} s; ` +
    `peak memory in MB: killed ${killed}, put ${put}, get ${get}`
  );
}

/** @throws RangeError that says what is wrong with an argument. */
function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gigabytes: { type: 'string', default: '5' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const bytes = Number(values.gigabytes) * 1e9;
  if (!(bytes > 0)) throw new RangeError(`--gigabytes must be above 0, got ${values.gigabytes}`);
  const names = Object.keys(STORES) as StoreName[];
  const stores = values.only === undefined ? names : names.filter((name) => name === values.only);
  if (stores.length === 0) throw new RangeError(`--only must be one of ${names.join(', ')}, got ${values.only}`);
  return { bytes, stores, json: values.json, help: values.help };
}

async function main(): Promise<void> {
  const { bytes, stores, json, help } = optionsOf(process.argv.slice(2));
  if (help) return void process.stdout.write(USAGE);
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-large-state-'));
  const figures: StoreFigures[] = [];
  try {
    const state = writeState(path.join(folder, 'state.safetensors'), bytes);
    for (const name of stores) {
      const home = path.join(folder, name);
      figures.push(await measure(name, state, home));
      rmSync(home, { recursive: true, force: true });
      if (!json) process.stdout.write(`${lineOf(figures.at(-1)!)}\n`);
    }
    const report = { bench: 'large-state', machine: describeMachine(1), bytes: state.bytes, stores: figures };
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (figures.some(({ sameContent, uploadsLeft }) => !sameContent || uploadsLeft.atEnd > 0)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
