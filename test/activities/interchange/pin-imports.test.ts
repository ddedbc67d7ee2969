import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pinImports } from '../../../activities/interchange/warm-start/pin-imports';
import type { PinnedImports } from '../../../activities/interchange/warm-start/pin-imports';
import type { ImportAccess } from '../../../activities/interchange/warm-start/read-import';
import { memoryStore } from '../../../activities/storage/memory';
import { formatProblem, parseStudy } from '../../../workflows/spec';
import type { ImportedTrials } from '../../../workflows/stages/sweep/imported';
import { SAMPLE } from './sample-study';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-imports-'));
const file = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return pathToFileURL(path.join(folder, name)).href;
};
const CSV = file('trials.csv', 'weightDecay,score\n1e-3,0.5\n1e-4,0.6\n1,0.1\n');
copyFileSync(path.join(__dirname, 'fixtures/optuna.db'), path.join(folder, 'optuna.db'));
const OPTUNA = pathToFileURL(path.join(folder, 'optuna.db')).href;

async function pin(
  imports: readonly object[],
  access: ImportAccess = { fileRoots: [folder] },
  sampler = 'tpe',
): Promise<PinnedImports> {
  const sweep = {
    stage: 'regularizationSweep',
    space: { weightDecay: { logUniform: [1e-6, 1e-2] } },
    sampler: { name: sampler },
    import: imports,
  };
  const study = {
    name: 'small',
    dataset: { format: 'idx', uri: 'file:///data' },
    model: { preset: 'mnist-cnn' },
    stages: [{ stage: 'lrRangeTest' }, { stage: 'batchSizeLadder' }, sweep, { stage: 'finalTrain' }],
  };
  const parsed = parseStudy(study);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return pinImports(parsed.study, access);
}

const imported = ({ study }: PinnedImports): readonly ImportedTrials[] =>
  study.stages.flatMap(({ options }) => (options as { readonly imported?: readonly ImportedTrials[] }).imported ?? []);
const problems = async (...args: Parameters<typeof pin>): Promise<readonly string[]> =>
  (await pin(...args)).problems.map(formatProblem);

describe('the scores of a table', () => {
  const scores = (pinned: PinnedImports) => imported(pinned).flatMap(({ trials }) => trials.map(({ score }) => score));
  const table = (name: string, columns: string, cells: string): object => ({
    format: 'csv',
    uri: file(name, `weightDecay,${columns}\n1e-3,${cells}\n`),
  });

  it("are those of the study's own metric, wherever its column stands", async () => {
    const pinned = await pin([table('own.csv', 'score,valAccuracy,valLoss', '7,0.9,0.3')]);
    expect([scores(pinned), pinned.warnings]).toEqual([[0.3], []]);
  });

  it('are said to be of another metric where they are, and turned to get better as it does', async () => {
    const pinned = await pin([table('other.csv', 'valAccuracy,valMacroF1', '0.9,0.8')]);
    expect(scores(pinned)).toEqual([-0.9]);
    const note =
      'its scores are valAccuracy, for it has no valLoss; valMacroF1 might be meant as well: name one in score';
    expect(pinned.warnings.map(formatProblem)).toEqual([`stages.2.import.0: ${note}`]);
    expect(imported(pinned)[0]!.notes).toEqual([note]);
    const named = await pin([{ ...table('other.csv', 'valAccuracy,valMacroF1', '0.9,0.8'), score: 'valMacroF1' }]);
    expect([scores(named), named.warnings.map(formatProblem)]).toEqual([
      [-0.8],
      ['stages.2.import.0: its scores are valMacroF1, for it has no valLoss'],
    ]);
  });

  it('may not be compared with those of another metric', async () => {
    const same = { ...table('same.csv', 'valAccuracy', '0.9'), sameScale: true };
    expect(await problems([same])).toEqual([
      expect.stringContaining(
        'stages.2.import.0: sameScale must be left out: the scores are valAccuracy, and the study goes by valLoss',
      ),
    ]);
  });
});

describe('pinning what a sweep imports', () => {
  it('puts plain trials into its options, with what could not be used as a warning at its place in the file', async () => {
    const pinned = await pin([
      { format: 'csv', uri: CSV },
      { format: 'optuna-sqlite', uri: OPTUNA, study: 'loss', sameScale: true },
    ]);
    expect(pinned.problems).toEqual([]);
    const note = '1 of 3 trials could not be used: 1 weightDecay must lie between 0.000001 and 0.01';
    expect(pinned.warnings.map(formatProblem)).toEqual([`stages.2.import.0: ${note}`]);
    expect(imported(pinned)).toEqual([
      {
        from: `csv ${CSV}`,
        sameScale: false,
        notes: [note],
        trials: [
          { hparams: { weightDecay: 1e-3 }, score: 0.5 },
          { hparams: { weightDecay: 1e-4 }, score: 0.6 },
        ],
      },
      { from: `optuna-sqlite ${OPTUNA}`, sameScale: true, notes: [], trials: [expect.anything(), expect.anything()] },
    ]);
    expect(JSON.parse(JSON.stringify(imported(pinned)))).toEqual(imported(pinned));
  });

  it('warns where a sampler would not look at them', async () => {
    const { warnings } = await pin(
      [{ format: 'optuna-sqlite', uri: OPTUNA, study: 'loss' }],
      { fileRoots: [folder] },
      'sobol',
    );
    expect(warnings.map(formatProblem)).toEqual([
      'stages.2.import: makes no difference to the sampler sobol, which learns from no trials; use tpe',
    ]);
  });

  it('leaves a study without imports as it is', async () => {
    const { study, warnings } = await pin([]);
    expect(warnings).toEqual([]);
    expect(study.stages.every(({ options }) => !('imported' in (options as object)))).toBe(true);
  });

  it('tells all problems at once', async () => {
    const found = await problems([
      { format: 'csv', uri: `${pathToFileURL(folder).href}/nowhere.csv` },
      { format: 'json', uri: CSV },
      { format: 'optuna-sqlite', uri: OPTUNA },
      { format: 'csv', uri: file('none.csv', 'weightDecay,score\n1,0.5\n') },
      { format: 'optuna-sqlite', uri: OPTUNA, study: 'accuracy', direction: 'minimize' },
    ]);
    expect(found).toEqual([
      expect.stringMatching(/^stages\.2\.import\.0: there is no file nowhere\.csv in file:/),
      expect.stringMatching(/^stages\.2\.import\.1: the file is not JSON/),
      expect.stringMatching(/^stages\.2\.import\.2: the storage has 3 studies: name one/),
      expect.stringMatching(
        /^stages\.2\.import\.3: must have trials that this space has a place for, has none: 1 of 1 trials could not be used/,
      ),
      expect.stringMatching(
        /^stages\.2\.import\.4: direction must be maximize, as the file itself says, or left out, got minimize/,
      ),
    ]);
  });

  it.each([
    [
      'a folder that the worker may not read',
      `${pathToFileURL(tmpdir()).href}/x.csv`,
      /must lie in a folder that the worker may read/,
    ],
    [
      'a way out of it',
      `${pathToFileURL(folder).href}/../x.csv`,
      /must lie in a folder that the worker may read|there is no file/,
    ],
    ['a folder', `${pathToFileURL(folder).href}/sub`, /there is no file sub in /],
    ['no file at all', `${pathToFileURL(folder).href}/`, /uri must name a file/],
    ['a bucket, where none may be opened', 's3://bucket/trials.csv', /this worker cannot read/],
  ])('does not read %s', async (_, uri, message) => {
    mkdirSync(path.join(folder, 'sub'), { recursive: true });
    expect(await problems([{ format: 'csv', uri }])).toEqual([expect.stringMatching(message)]);
  });

  it('does not follow a link out of what the worker may read', async () => {
    const outside = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-outside-')), 'trials.csv');
    writeFileSync(outside, 'weightDecay,score\n1e-3,0.5\n');
    symlinkSync(outside, path.join(folder, 'link.csv'));
    expect(await problems([{ format: 'csv', uri: `${pathToFileURL(folder).href}/link.csv` }])).toEqual([
      expect.stringMatching(/must lie in a folder that the worker may read/),
    ]);
  });

  it('reads a bucket as data sets are read', async () => {
    const store = memoryStore();
    await store.put('trials.csv', Buffer.from('weightDecay,score\n1e-3,0.5\n'));
    const addresses: object[] = [];
    const pinned = await pin([{ format: 'csv', uri: 's3://bucket/old/trials.csv' }], {
      fileRoots: [],
      openBucket: (address) => {
        addresses.push(address);
        return store;
      },
    });
    expect([addresses, imported(pinned)[0]?.trials]).toEqual([
      [{ bucket: 'bucket', prefix: 'old/' }],
      [{ hparams: { weightDecay: 1e-3 }, score: 0.5 }],
    ]);
  });

  it('takes at most 2,000 trials', async () => {
    const rows = Array.from({ length: 1001 }, (_, i) => `${1e-6 + i * 1e-6},${i}\n`).join('');
    const uri = file('many.csv', `weightDecay,score\n${rows}`);
    expect(
      await problems([
        { format: 'csv', uri },
        { format: 'csv', uri },
      ]),
    ).toEqual([
      'stages: must import at most 2000 trials in all, got 2002; keep the newest, or the best and some of the others',
    ]);
  });
});

describe('an earlier study', () => {
  const { studyId, objective, trials, sweeps } = SAMPLE;
  const study = {
    objective,
    stages: [
      { stage: 'lrRangeTest', stageId: 'lr-range-test', options: {} },
      { stage: 'regularizationSweep', stageId: 'regularization-sweep', options: { space: sweeps[0]?.space } },
    ],
  };
  const stages = study.stages.map(({ stage, stageId }) => ({
    stage,
    stageId,
    trials: trials.filter((trial) => trial.stageId === stageId),
  }));
  const withRecord = async (record: unknown): Promise<ImportAccess> => {
    const store = memoryStore();
    await store.put('studies/digits/study.json', Buffer.from(JSON.stringify(record)));
    return { fileRoots: [], store };
  };

  it('is read from the store by its name', async () => {
    const pinned = await pin(
      [{ format: 'study', study: 'digits' }],
      await withRecord({ studyId, study, progress: { stages } }),
    );
    expect(imported(pinned)).toEqual([
      {
        from: 'study digits',
        sameScale: false,
        notes: [
          expect.stringMatching(/^2 of 6 trials could not be used: 1 not ended, 1 weightDecay must lie/),
          'regularizer, flip varied among its trials, but are not in the space: what that did looks like noise',
        ],
        trials: [
          { hparams: { weightDecay: 3.1e-4 }, score: 0.55 },
          { hparams: { weightDecay: 1e-6 }, score: null },
          { hparams: { weightDecay: 1e-2 }, score: null },
          { hparams: { weightDecay: 2e-3 }, score: 0.52 },
        ],
      },
    ]);
  });

  it('is a warning where there is no store to look into', async () => {
    const { problems: found, warnings } = await pin([{ format: 'study', study: 'digits' }]);
    expect([found, warnings.map(formatProblem)]).toEqual([
      [],
      ['stages.2.import.0: is read when the study starts: study digits is in its store'],
    ]);
  });

  it('must have left a record, of a form that is known', async () => {
    expect(await problems([{ format: 'study', study: 'other' }], await withRecord({}))).toEqual([
      expect.stringContaining('the store has no record of a study other: it writes one when it ends'),
    ]);
    expect(await problems([{ format: 'study', study: 'digits' }], await withRecord({}))).toEqual([
      expect.stringContaining('the record is not one of a study, or of a version that is not known'),
    ]);
  });
});
