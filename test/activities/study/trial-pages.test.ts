import { createStudyActivities } from '../../../activities';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { readDecision } from '../../../activities/study/decision-record';
import type { LoadedTrials } from '../../../workflows/words/contract';
import type { StageProgress, StudyRecord } from '../../../workflows/words/progress';
import { packed, unpacked } from '../../../workflows/driver/pages/packed';
import type { Plain } from '../../../workflows/driver/pages/packed';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { quietEnvironment } from '../../support/activity-environment';
import { completed, INCUMBENT, resultOf } from '../../support/stages';
import { sampleStudy } from '../report/sample-study';

const OBJECTIVE = { metric: 'valLoss', direction: 'minimize' } as const;
const STAGE = 'regularization-sweep';
const of = { studyId: 'digits', studyRun: 'run', stageId: STAGE };
const KEY = `studies/digits/trials/${STAGE}/00001.json`;

function trial(number: number, text = ''): Trial {
  const spec: TrialSpec = {
    trialId: `${STAGE}/${number}`,
    label: `point ${number}`,
    hparams: { ...INCUMBENT, dropoutRate: number / 1000 },
    seed: 1,
    schedule: { name: 'constant', warmupSteps: 0 },
    limit: { epochs: 1 },
    stop: {},
    evaluate: { validation: 'epoch', test: false },
    record: { stepLosses: false },
    process: 'warm',
    exportModel: false,
  };
  return {
    spec,
    result: {
      ...resultOf(spec, completed(number / 7)),
      hash: `hash-${number}${text}`,
      weights: { key: 'w', sha256: 'w', bytes: 1 },
    },
  };
}

const page = (trials: readonly Trial[]) => packed(trials as unknown as readonly Plain[]);
const activities = (store: ObjectStore) => {
  const { recordTrials, loadTrials, recordDecision, publishStudy } = createStudyActivities({ store, fileRoots: [] });
  const environment = quietEnvironment();
  return {
    record: (number: number, trials: readonly Trial[], studyRun = 'run') =>
      environment.run(recordTrials, { ...of, studyRun, page: number, objective: OBJECTIVE, trials: page(trials) }),
    load: (from: number, pages: number): Promise<LoadedTrials> =>
      environment.run(loadTrials, { ...of, page: from, pages }),
    decide: (input: Parameters<typeof recordDecision>[0]) => environment.run(recordDecision, input),
    publish: (record: StudyRecord) => environment.run(publishStudy, record),
  };
};

async function twoPages(): Promise<ObjectStore> {
  const store = memoryStore();
  await activities(store).record(0, [trial(0), trial(1)]);
  await activities(store).record(1, [trial(2)]);
  return store;
}

describe('trials that left the state of a workflow', () => {
  it('come back in their order, without what only the store needs', async () => {
    const { trials, next } = await activities(await twoPages()).load(0, 2);
    const back = unpacked(trials) as unknown as readonly Trial[];
    expect(next).toBeUndefined();
    expect(back.map(({ spec }) => spec)).toEqual([0, 1, 2].map((number) => trial(number).spec));
    expect(back.map(({ result }) => result!.outcome)).toEqual([0, 1, 2].map((number) => trial(number).result!.outcome));
    expect(back[0]!.result).toMatchObject({ hash: '', weights: null });
  });

  it('come back in several answers where one would be too large for Temporal', async () => {
    const store = memoryStore();
    const { record, load } = activities(store);
    const noisy = (number: number): Trial => {
      const { spec, result } = trial(number);
      return {
        spec: {
          ...spec,
          label: Array.from({ length: 400 }, (_, i) => String((number * 7919 + i * 104_729) % 99_991)).join(' '),
        },
        result: result!,
      };
    };
    for (let number = 0; number < 5; number++)
      await record(
        number,
        Array.from({ length: 200 }, (_, i) => noisy(200 * number + i)),
      );
    const numbers: number[] = [];
    let answers = 0;
    for (let from: number | undefined = 0; from !== undefined; answers++) {
      const answer: LoadedTrials = await load(from, 5);
      expect(JSON.stringify(answer).length).toBeLessThan(1_100_000);
      numbers.push(
        ...(unpacked(answer.trials) as unknown as readonly Trial[]).map(({ spec }) =>
          Number(spec.trialId.split('/')[1]),
        ),
      );
      from = answer.next;
    }
    expect(answers).toBeGreaterThan(1);
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it.each<[string, (store: ObjectStore) => Promise<unknown>, RegExp]>([
    ['is gone', (store) => store.delete([KEY]), /is missing/],
    [
      'is damaged',
      async (store) =>
        store.put(
          KEY,
          Buffer.from(
            Buffer.from((await store.get(KEY))!.bytes)
              .toString()
              .replace('point 2', 'point 9'),
          ),
        ),
      /is damaged/,
    ],
    [
      'is of an earlier study of that name',
      (store) => activities(store).record(1, [trial(2)], 'another'),
      /is of another run of the study/,
    ],
  ])('are refused, with what to do, if a page of them %s', async (_, harm, problem) => {
    const store = await twoPages();
    await harm(store);
    const refused = activities(store).load(0, 2);
    await expect(refused).rejects.toMatchObject({ type: 'StorageDenied', nonRetryable: true });
    await expect(refused).rejects.toThrow(problem);
    await expect(refused).rejects.toThrow(`[key=${KEY}]; start study digits again, which reuses its trials`);
  });

  it('are in the record of the decision, and in that of a study which ends before it', async () => {
    const store = await twoPages();
    const { record: sample, decisions } = sampleStudy();
    const place = sample.progress.stages.findIndex(({ stageId }) => stageId === STAGE);
    const decision = decisions.find(({ decision: { stageId } }) => stageId === STAGE)!.decision;
    await activities(store).decide({ studyId: 'digits', studyRun: 'run', decision, trials: [], pages: 2 });
    const hashes = ['hash-0', 'hash-1', 'hash-2'];
    const kept = (await readDecision(store, 'digits', STAGE))!.trials;
    expect(kept.map(({ hash }) => hash)).toEqual(hashes);

    const publish = async (stage: StageProgress): Promise<readonly (string | null)[]> => {
      const stages = sample.progress.stages.map((one, i) => (i === place ? stage : one));
      await activities(store).publish({
        ...sample,
        studyRun: 'run',
        final: null,
        progress: { ...sample.progress, stages },
      });
      const stored = JSON.parse(
        Buffer.from((await store.get('studies/digits/study.json'))!.bytes).toString(),
      ) as StudyRecord;
      expect(stored.progress.stages[place]).not.toHaveProperty('pages');
      expect(stored.progress.stages[place]).not.toHaveProperty('trialsLeftOut');
      return stored.progress.stages[place]!.trials.map(({ hash }) => hash);
    };
    const { decision: _, trialsLeftOut: _none, ...undecided } = sample.progress.stages[place]!;
    expect(await publish({ ...undecided, decision, trials: kept.slice(2), trialsLeftOut: 2 })).toEqual(hashes);
    expect(
      await publish({ ...undecided, trials: [{ ...kept[0]!, trialId: `${STAGE}/3`, hash: 'hash-3' }], pages: 2 }),
    ).toEqual([...hashes, 'hash-3']);
  });
});
