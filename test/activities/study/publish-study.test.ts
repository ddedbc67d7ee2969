import { createStudyActivities } from '../../../activities';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { decisionKey, readDecision } from '../../../activities/study/decision-record';
import { contentsIn } from '../../../activities/study/contents';
import { unseal } from '../../../activities/study/sealed';
import { publishedAt, publishedBy, runsOf } from '../../../activities/study/study-runs';
import type { StudyRecord } from '../../../workflows/words/progress';
import { quietEnvironment } from '../../support/activity-environment';
import { sampleStudy } from '../report/sample-study';

const { record: sample, decisions } = sampleStudy();
const MODEL = 'trials/9c41/model/';
const record: StudyRecord = { ...sample, final: { ...sample.final!, model: MODEL } };

function run(store: ObjectStore, environment = quietEnvironment()) {
  const { publishStudy, recordDecision } = createStudyActivities({ store, fileRoots: [] });
  return {
    publish: (input: StudyRecord) => environment.run(publishStudy, input),
    recordAll: async () => {
      for (const { decision, trials } of decisions)
        await environment.run(recordDecision, { studyId: 'digits', decision, trials });
    },
  };
}

async function storeWithModel(): Promise<ObjectStore> {
  const store = memoryStore();
  await store.put(`${MODEL}model.json`, Buffer.from('{}'));
  await store.put(`${MODEL}weights.bin`, Buffer.from('weights'));
  return store;
}

const text = async (store: ObjectStore, key: string): Promise<string> =>
  Buffer.from((await store.get(key))!.bytes).toString();
const keys = async (store: ObjectStore, prefix: string): Promise<readonly string[]> =>
  (await store.list(prefix)).map(({ key }) => key);
const all = async (store: ObjectStore, prefix: string): Promise<readonly (readonly [string, string])[]> =>
  Promise.all((await keys(store, prefix)).map(async (key) => [key, await text(store, key)] as const));

describe('recording a decision', () => {
  it('keeps its whole evidence and its trials, readable again as they were', async () => {
    const store = memoryStore();
    await run(store).recordAll();
    for (const kept of decisions) {
      expect(await readDecision(store, 'digits', kept.decision.stageId)).toEqual(JSON.parse(JSON.stringify(kept)));
    }
  });

  it('writes the same when it runs again', async () => {
    const store = memoryStore();
    await run(store).recordAll();
    const before = await Promise.all((await keys(store, '')).map((key) => text(store, key)));
    await run(store).recordAll();
    expect(await Promise.all((await keys(store, '')).map((key) => text(store, key)))).toEqual(before);
  });

  it('can be read back though a loss was not finite', async () => {
    const store = memoryStore();
    const { decision, trials } = decisions[0]!;
    const plot = { ...decision.evidence.plots[0]!, series: [{ name: 'loss', x: [1, 2], y: [Infinity, 3] }] };
    const { recordDecision } = createStudyActivities({ store, fileRoots: [] });
    await quietEnvironment().run(recordDecision, {
      studyId: 'digits',
      decision: { ...decision, evidence: { ...decision.evidence, plots: [plot] } },
      trials,
    });
    expect((await readDecision(store, 'digits', decision.stageId))?.decision.evidence.plots[0]?.series[0]?.y).toEqual([
      NaN,
      3,
    ]);
  });
});

describe('publishing a study', () => {
  it('writes its record, its report and a copy of its model, and says where', async () => {
    const store = await storeWithModel();
    const { publish, recordAll } = run(store);
    await recordAll();
    expect(await publish(record)).toEqual({
      report: 'memory://studies/digits/report.html',
      model: 'memory://studies/digits/model/',
    });
    expect(JSON.parse(await text(store, 'studies/digits/study.json'))).toEqual(JSON.parse(JSON.stringify(record)));
    expect(await keys(store, 'studies/digits/model/')).toEqual([
      'studies/digits/model/model.json',
      'studies/digits/model/weights.bin',
    ]);
    expect(await text(store, 'studies/digits/model/weights.bin')).toBe('weights');
    expect(await text(store, 'studies/digits/report.html')).toMatch(/^<!doctype html>/);
  });

  it('copies its model on the side of the store', async () => {
    const store = await storeWithModel();
    const put: string[] = [];
    await run({ ...store, put: (key, ...rest) => (put.push(key), store.put(key, ...rest)) }).publish(record);
    expect(put.filter((key) => key.includes('model'))).toEqual([]);
    expect(await text(store, 'studies/digits/model/weights.bin')).toBe('weights');
  });

  it('reports the evidence that the store keeps, which the workflow no longer has', async () => {
    const store = await storeWithModel();
    const { publish, recordAll } = run(store);
    await publish(record);
    const without = await text(store, 'studies/digits/report.html');
    await recordAll();
    await publish(record);
    const title = decisions[0]!.decision.evidence.plots[0]!.title;
    expect([without.includes(title), (await text(store, 'studies/digits/report.html')).includes(title)]).toEqual([
      false,
      true,
    ]);
  });

  it('goes without the evidence where the store has none that can be read', async () => {
    const store = await storeWithModel();
    await store.put(decisionKey('digits', decisions[0]!.decision.stageId), Buffer.from('{"decision":'));
    await run(store).publish(record);
    expect(await text(store, 'studies/digits/report.html')).toContain('</html>');
  });

  it('leaves out what an earlier run of the same study decided in stages that this one has not reached', async () => {
    const store = await storeWithModel();
    const { publish, recordAll } = run(store);
    await recordAll();
    await publish(sampleStudy({ decided: 1, status: 'cancelled' }).record);
    const report = await text(store, 'studies/digits/report.html');
    expect(report).toContain(decisions[0]!.decision.evidence.plots[0]!.title);
    expect(report).not.toContain(decisions[1]!.decision.evidence.plots[0]!.title);
  });

  it('does the same when it runs again, and takes away what an earlier run left of its model', async () => {
    const store = await storeWithModel();
    await store.put('studies/digits/model/old.bin', Buffer.from('old'));
    const { publish } = run(store);
    const first = await publish(record);
    const before = await keys(store, '');
    expect(before).not.toContain('studies/digits/model/old.bin');
    expect(await publish(record)).toEqual(first);
    expect(await keys(store, '')).toEqual(before);
  });

  it('of a study with no model yet has none, nor one of an earlier run', async () => {
    const store = await storeWithModel();
    await run(store).publish(record);
    expect(await run(store).publish({ ...record, final: null })).toEqual({
      report: 'memory://studies/digits/report.html',
      model: null,
    });
    expect(await keys(store, 'studies/digits/model/')).toEqual([]);
  });

  it.each(['failed', 'cancelled'] as const)(
    'of a later run that %s publishes beside, and leaves all that the one before has',
    async (status) => {
      const store = await storeWithModel();
      const { publish } = run(store);
      await publish({ ...record, studyRun: 'first' });
      const first = await all(store, 'studies/digits/');
      const later = { ...record, studyRun: 'second', final: null, progress: { ...record.progress, status } };
      for (let times = 0; times < 2; times++) {
        expect(await publish(later)).toEqual({
          report: 'memory://studies/digits/runs/second/report.html',
          model: null,
        });
      }
      const now = await all(store, 'studies/digits/');
      expect(now.filter(([key]) => !key.includes('/runs/'))).toEqual(first);
      expect(now.filter(([key]) => key.includes('/runs/')).map(([key]) => key)).toEqual(
        ['contents.json', 'report.html', 'study.json'].map((file) => `studies/digits/runs/second/${file}`),
      );
      expect(await publishedBy(store, 'digits', 'second')).toMatchObject({ studyRun: 'second', progress: { status } });
    },
  );

  it('of a later run takes the name where none has completed, as one does that is recovered and completes', async () => {
    const store = await storeWithModel();
    const { publish } = run(store);
    const failed = { ...record, final: null, progress: { ...record.progress, status: 'failed' as const } };
    await publish({ ...failed, studyRun: 'first' });
    await publish({ ...failed, studyRun: 'second' });
    expect(await publishedAt(store, 'studies/digits/')).toMatchObject({ studyRun: 'second' });
    expect(await publishedBy(store, 'digits', 'first')).toMatchObject({ studyRun: 'first' });
    await publish({ ...record, studyRun: 'third' });
    await publish({ ...failed, studyRun: 'fourth' });
    await publish({ ...record, studyRun: 'fourth' });
    expect(await publishedAt(store, 'studies/digits/')).toMatchObject({
      studyRun: 'fourth',
      progress: { status: 'completed' },
    });
    expect(await runsOf(store, 'digits')).toEqual(['first', 'second', 'third']);
  });

  it('of a later run that completed takes the name, and keeps what the one before had published', async () => {
    const store = await storeWithModel();
    const { publish } = run(store);
    await publish({ ...record, studyRun: 'first' });
    const first = await all(store, 'studies/digits/');
    await store.put('trials/77/model/other.bin', Buffer.from('other'));
    await publish({ ...record, studyRun: 'second', final: { ...record.final!, model: 'trials/77/model/' } });
    expect(await keys(store, 'studies/digits/model/')).toEqual(['studies/digits/model/other.bin']);
    const kept = await all(store, 'studies/digits/runs/first/');
    const withoutContents = (files: typeof kept) => files.filter(([key]) => !key.endsWith('contents.json'));
    expect(withoutContents(kept).map(([key, content]) => [key.replace('runs/first/', ''), content])).toEqual(
      withoutContents(first),
    );
    const contents = contentsIn(await unseal(store, 'studies/digits/runs/first/contents.json'));
    expect(contents?.map(({ key }) => key).sort()).toEqual(withoutContents(kept).map(([key]) => key));
  });

  it('fails where the model that it should copy is not there', async () => {
    await expect(run(memoryStore()).publish(record)).rejects.toThrow(
      'exported model is not in the store [key=trials/9c41/model/]',
    );
  });

  it('sends heartbeats while the store takes its time', async () => {
    const environment = quietEnvironment({ heartbeatTimeoutMs: 40 });
    const firstHeartbeat = new Promise((resolve) => environment.once('heartbeat', resolve));
    const store = await storeWithModel();
    const slow = {
      ...store,
      put: async (...args: Parameters<typeof store.put>) => {
        await firstHeartbeat;
        return store.put(...args);
      },
    };
    await expect(run(slow, environment).publish(record)).resolves.toMatchObject({
      report: 'memory://studies/digits/report.html',
    });
  });
});
