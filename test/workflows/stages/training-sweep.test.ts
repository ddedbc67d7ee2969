import { trialInput } from '../../../workflows/driver/trial-input';
import type { StudyState } from '../../../workflows/driver/state';
import { planStudy } from '../../../workflows/planning/simulate';
import { coScaledLearningRate } from '../../../workflows/stages/optimizer-family';
import { finalTrain } from '../../../workflows/stages/final-train/stage';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { sweep } from '../../../workflows/stages/sweep/stage';
import { trainingOf } from '../../../workflows/trials/trial-training';
import { isFirstSegment } from '../../../workflows/trials/segments';
import type { TrialSpec } from '../../../workflows/words/trial';
import { contextOf, drive, FACTS, INCUMBENT, optionsOf } from '../../support/stages';
import { parsed } from '../spec/parsing';

const SPACE = {
  optimizer: { branches: { adam: {}, rmsprop: { rho: { choice: [0.9, 0.99] } } } },
  schedule: { choice: ['constant', 'cosine', 'exponential'] },
  epochs: { choice: [4, 8, 16] },
};
const HELD = { ...INCUMBENT, optimizer: 'adam', schedule: 'constant', epochs: 8 };

const optionsWith = (options: object) => optionsOf('sweep', { space: SPACE, trials: 30, replicates: 1, ...options });
const swept = (options: object = {}) => drive(sweep, contextOf(optionsWith(options), { incumbent: HELD }));
const epochsOf = ({ limit }: TrialSpec): number => ('epochs' in limit ? limit.epochs : NaN);

describe('a sweep over the training itself', () => {
  const { trials } = swept();

  it('trains every point by its own optimizer, schedule and epochs', () => {
    trials.forEach(({ spec }) => {
      expect(spec.schedule.name).toBe(spec.hparams['schedule']);
      expect(epochsOf(spec)).toBe(spec.hparams['epochs']);
    });
    expect(new Set(trials.map(({ spec }) => epochsOf(spec)))).toEqual(new Set([4, 8, 16]));
    const resolved = { training: FACTS.training } as unknown as StudyState['resolved'];
    const state = { studyId: 'a', run: { studyRun: 'r' }, resolved } as unknown as StudyState;
    const point = trials.find(({ spec }) => spec.hparams['rho'] === 0.99)!.spec;
    expect(trialInput(state, point).optimizer).toEqual({ name: 'rmsprop', rho: 0.99, epsilon: 1e-7 });
  });

  it('begins with the study as it stands', () => {
    expect(trials[0]?.spec.hparams).toEqual(HELD);
    expect(epochsOf(trials[0]!.spec)).toBe(8);
  });

  it('lets batches grow where a point says so', () => {
    const space = { batchGrowth: { choice: ['none', 'doubling'] } };
    const facts = { ...FACTS, trainExamples: 4000 };
    const incumbent = { ...INCUMBENT, batchGrowth: 'none' };
    const context = contextOf(optionsOf('sweep', { space, trials: 2, replicates: 1 }), { incumbent, facts });
    const points = drive(sweep, context).trials.map(({ spec }) => [spec.hparams['batchGrowth'], !!spec.batchGrowth]);
    expect(points).toEqual(
      expect.arrayContaining([
        ['none', false],
        ['doubling', true],
      ]),
    );
  });

  it('costs at most what the longest training takes', () => {
    const { examples } = sweep.estimate(contextOf(optionsWith({}), { incumbent: HELD }));
    expect(examples).toBeGreaterThanOrEqual(trials.length * 16 * FACTS.trainExamples);
    const spent = trials.reduce((sum, { spec }) => sum + epochsOf(spec) * FACTS.trainExamples, 0);
    expect(spent).toBeLessThanOrEqual(examples);
  });

  it('prunes at the same shares of trainings that differ in length', () => {
    const { trials: segments } = swept({ pruner: { name: 'asha', minEpochs: 2, reductionFactor: 2 } });
    const first = segments.filter((trial) => isFirstSegment(trial)).slice(1);
    expect(new Set(first.map(({ spec }) => `${epochsOf(spec)}: ${spec.pauseAfterEpochs}`))).toEqual(
      new Set(['4: 1', '8: 2', '16: 4']),
    );
    const pauses = new Map<string, Set<number>>();
    for (const { spec } of segments) {
      const own = pauses.get(String(epochsOf(spec))) ?? new Set<number>();
      if (spec.pauseAfterEpochs !== undefined) own.add(spec.pauseAfterEpochs);
      pauses.set(String(epochsOf(spec)), own);
    }
    expect(pauses.get('16')).toEqual(new Set([4, 8]));
    expect(pauses.get('8')).toEqual(new Set([2, 4]));
  });
});

describe('a learning rate of its own for each optimizer', () => {
  const space = {
    optimizer: {
      branches: {
        adam: { learningRate: { logUniform: [1e-4, 1e-2] } },
        sgd: { learningRate: { logUniform: [1e-2, 1] } },
      },
    },
  };
  const context = drive(sweep, contextOf(optionsWith({ space, trials: 12 }), { incumbent: HELD }));

  it('reaches the trials as the one learning rate', () => {
    context.trials.slice(1).forEach(({ spec: { hparams } }) => {
      expect(Object.keys(hparams).sort()).toEqual(Object.keys(HELD).sort());
      const [low, high] = hparams['optimizer'] === 'sgd' ? [1e-2, 1] : [1e-4, 1e-2];
      expect(hparams['learningRate']).toBeGreaterThanOrEqual(low!);
      expect(hparams['learningRate']).toBeLessThanOrEqual(high!);
    });
  });

  it('is one column among the points, and a row for each range', () => {
    const { tables } = sweep.decide(context).evidence;
    const rowsOf = (title: string) => tables.find((table) => table.title.startsWith(title))!;
    expect(rowsOf('Points').columns.filter((column) => column.startsWith('learningRate'))).toEqual(['learningRate']);
    expect(rowsOf('Hyperparameters').rows.map(([name]) => name)).toEqual([
      'optimizer',
      'learningRate (adam)',
      'learningRate (sgd)',
    ]);
  });
});

describe('stages after one that decided on the training', () => {
  const incumbent = { ...INCUMBENT, optimizer: 'sgd', schedule: 'cosine', epochs: 16 };
  const facts = { ...FACTS, training: trainingOf(FACTS.training, incumbent) };

  it('train as it decided', () => {
    const final = drive(finalTrain, contextOf(optionsOf('finalTrain', { replicates: 1 }), { incumbent, facts }));
    expect(final.trials[0]?.spec).toMatchObject({ limit: { epochs: 16 }, schedule: { name: 'cosine' } });
    const ladder = drive(batchSizeLadder, contextOf(optionsOf('batchSizeLadder'), { incumbent, facts }));
    const race = ladder.trials.find(({ spec }) => spec.label.startsWith('race'))!.spec;
    const size = Number(race.hparams['batchSize']);
    expect(race.hparams['learningRate']).toBeCloseTo(coScaledLearningRate('sgd', 1e-3, 32, size), 5);
  });

  it('are planned so, their bounds for the longest training that it could decide on', () => {
    const study = parsed({
      name: 'planned',
      dataset: { format: 'idx', uri: 'data' },
      model: { preset: 'mnist-cnn' },
      training: { epochs: 8 },
      stages: [
        { stage: 'sweep', space: { epochs: { integer: [2, 40] } } },
        { stage: 'finalTrain', replicates: 1 },
      ],
    });
    const { trainExamples, validationExamples, testExamples, classes } = FACTS;
    const plan = planStudy(study, { trainExamples, validationExamples, testExamples, classes });
    const [search, final] = plan.stages;
    expect(search?.trials.map(({ changes }) => changes['epochs'] ?? 8)).toEqual(
      search?.trials.map(({ epochs }) => Math.round(epochs)),
    );
    expect(final?.atMost.examples).toBeGreaterThanOrEqual(40 * trainExamples);
  });
});
