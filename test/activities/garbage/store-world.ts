/**
 * A store as studies leave it, with a clock of its own for every object.
 *
 * @module
 */
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { encodeManifest, firstManifest, manifestKey, trialFolder } from '../../../activities/ledger/manifest';
import type { TrialManifest, TrialUser } from '../../../activities/ledger/manifest';
import { writeDecision } from '../../../activities/study/decision-record';
import { writeOpening } from '../../../activities/study/opening';
import { sha256Of } from '../../../activities/content-hash';
import type { StudyRecord } from '../../../workflows/words/progress';
import { sampleStudy, SAMPLE_STUDY } from '../report/sample-study';
import { ownerOf, resultOf } from '../ledger/trial-support';

const HOUR = 3_600_000;

export interface AgedStore extends ObjectStore {
  /** Lets everything written from now on look so old. */
  agedHours: number;
  keys(): Promise<readonly string[]>;
}

export function agedStore(): AgedStore {
  const store = memoryStore();
  const ages = new Map<string, number>();
  const agedWrite = <T>(key: string, written: Promise<T>): Promise<T> => {
    void written.then(
      () => ages.set(key, aged.agedHours),
      () => undefined,
    );
    return written;
  };
  const aged: AgedStore = {
    ...store,
    agedHours: 0,
    put: (key, ...of) => agedWrite(key, store.put(key, ...of)),
    putFile: (key, ...of) => agedWrite(key, store.putFile(key, ...of)),
    list: async (prefix) =>
      (await store.list(prefix)).map((object) => ({
        ...object,
        modifiedAt: object.modifiedAt - (ages.get(object.key) ?? 0) * HOUR,
      })),
    keys: async () => (await store.list('')).map(({ key }) => key),
  };
  return aged;
}

export const datasetSha = (index: number): string => sha256Of(`data set ${index}`);
export const trialHashOf = (index: number): string => sha256Of(`trial ${index}`);
export const studyName = (index: number): string => `study-${index}`;
export const runOf = (index: number): string => `run-${index}`;
const userOf = (index: number): TrialUser => ({ workflowId: `study/${studyName(index)}`, studyRun: runOf(index) });

export interface StudyPlan {
  readonly ended: boolean;
  readonly dataset: number;
  /** Trials that its one decision names. */
  readonly decided: readonly number[];
}

export async function putStudy(
  store: ObjectStore,
  index: number,
  { ended, dataset, decided }: StudyPlan,
): Promise<void> {
  const [studyId, sha256] = [studyName(index), datasetSha(dataset)];
  const study = { ...SAMPLE_STUDY, name: studyId, dataset: { ...SAMPLE_STUDY.dataset, sha256 } };
  await writeOpening(store, { studyId, studyRun: runOf(index), asked: { name: studyId }, study });
  const { decisions, record } = sampleStudy();
  const [first] = decisions;
  if (first === undefined) throw new Error('the sample has decisions');
  const trials = decided.map((trial) => ({ ...first.trials[0]!, hash: trialHashOf(trial) }));
  await writeDecision(store, studyId, { decision: first.decision, trials, studyRun: runOf(index) });
  if (!ended) return;
  const published: StudyRecord = {
    ...record,
    studyId,
    study,
    studyRun: runOf(index),
    progress: { ...record.progress, status: 'completed', stages: [] },
    final: null,
  };
  await store.put(`studies/${studyId}/study.json`, Buffer.from(JSON.stringify(published)));
}

export interface TrialPlan {
  readonly finished: boolean;
  /** Studies: who trained it, and who found it. */
  readonly owner: number;
  readonly users: readonly number[];
  readonly leftovers: number;
}

/** Named objects of a trial. */
export async function putTrial(
  store: ObjectStore,
  index: number,
  { finished, owner, users, leftovers }: TrialPlan,
): Promise<TrialManifest> {
  const hash = trialHashOf(index);
  const folder = trialFolder(hash);
  const checkpoint = {
    ...(await store.putFile(`${folder}checkpoints/1-token.safetensors`, Buffer.from(`checkpoint of ${index}`))),
    step: 1,
    epoch: 1,
    best: false,
    deviceSeconds: 1,
  };
  const weights = finished
    ? await store.putFile(`${folder}weights-0.safetensors`, Buffer.from(`weights of ${index}`))
    : null;
  for (let i = 0; i < leftovers; i++)
    await store.putFile(`${folder}checkpoints/leftover-${i}.safetensors`, Buffer.from('leftover'));
  const manifest: TrialManifest = {
    ...firstManifest(hash, ownerOf({ ...userOf(owner), activityId: `sweep/${index}` })),
    checkpoints: [checkpoint],
    users: users.map(userOf),
    result: finished ? resultOf({ hash, weights }) : null,
  };
  await store.put(manifestKey(hash), encodeManifest(manifest));
  return manifest;
}

export async function putDataset(store: ObjectStore, index: number): Promise<void> {
  for (const file of ['manifest.json', 'train-images-00000.u8'])
    await store.put(`datasets/${datasetSha(index)}/${file}`, Buffer.from(file));
}
