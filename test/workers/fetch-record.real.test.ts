import { randomUUID } from 'node:crypto';
import { exportedStudy } from '../../activities/interchange/exported-study';
import { askForRecord } from '../../workers/fetch-record';
import type { ImportedTrials } from '../../workflows/stages/sweep/imported';
import type { HParams } from '../../workflows/words/trial';
import { sweepStudy } from '../support/scripted-files';
import { scriptedWorld } from '../support/scripted-studies';
import type { ScriptedWorld } from '../support/scripted-studies';
import { temporalAddress } from '../support/services';
import { waitFor } from '../support/wait-for';

let world: ScriptedWorld;

beforeAll(async () => {
  world = await scriptedWorld(temporalAddress());
});
afterAll(async () => {
  await world.stop();
});

/** All good ones lie at strong weight decay and little dropout. */
const OLD: ImportedTrials = {
  from: 'csv old.csv',
  sameScale: false,
  notes: [],
  trials: Array.from({ length: 60 }, (_, i) => ({
    weightDecay: 10 ** (-6 + (i % 10) * 0.44),
    dropoutRate: 0.1 * (i % 6),
  })).map((hparams) => ({ hparams, score: 1000 - 100 * Math.log10(hparams.weightDecay) + 300 * hparams.dropoutRate })),
};

describe('a running study', () => {
  test('tells all of its trials to whoever exports them, and is steered by those that it imported', async () => {
    const study = sweepStudy({ name: `record-${randomUUID().slice(0, 8)}` });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { handle, log } = await world.start(study, {
      resolved: (resolved) => ({
        ...resolved,
        stages: resolved.stages.map((use) =>
          use.stage === 'regularizationSweep'
            ? { ...use, options: { ...(use.options as object), imported: [OLD] } }
            : use,
        ),
      }),
      trial: async (spec, plausible) => {
        if (spec.trialId === 'final-train/000') await held;
        return plausible();
      },
    });
    await waitFor(
      'the final training has started',
      async () => log.started.some(({ trialId }) => trialId === 'final-train/000') || undefined,
    );
    const client = { client: world.client, address: temporalAddress(), close: async () => undefined };
    const record = await waitFor('the study answers', () => askForRecord(client, study.name));
    const exported = exportedStudy(study.name, record.study, record.progress.stages);
    expect(exported.trials.map(({ trialId }) => trialId).sort()).toEqual(
      log.started.map(({ trialId }) => trialId).sort(),
    );
    expect(exported.trials.at(-1)?.status).toBe('running');
    expect(exported.trials[1]?.epochs).toBe(4);
    expect(Object.keys(exported.sweeps[0]?.space ?? {})).toEqual(['weightDecay', 'dropoutRate']);
    const suggested = log.started
      .filter(({ trialId, seed }) => trialId.startsWith('regularization-sweep/') && seed === log.started[0]?.seed)
      .slice(1)
      .map(({ hparams }): HParams => hparams);
    expect(
      suggested.filter(({ weightDecay, dropoutRate }) => Number(weightDecay) > 1e-4 && Number(dropoutRate) < 0.35)
        .length,
    ).toBeGreaterThan(suggested.length / 2);
    release();
    expect((await handle.result()).trials).toBe(log.started.length);
  });

  test('that nobody knows tells nothing', async () => {
    expect(
      await askForRecord({ client: world.client, address: '', close: async () => undefined }, 'nobody'),
    ).toBeUndefined();
  });
});
