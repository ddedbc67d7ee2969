import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { adviceOn, RULES } from '../../../workflows/planning/advice';
import { formatProblem } from '../../../workflows/spec';
import { MINIMAL, parsed } from '../spec/parsing';

const FACTS = { trainExamples: 1150, validationExamples: 287, testExamples: 360, classes: 10 };

const adviceTo = (study: object, facts: Partial<typeof FACTS & { readonly folds: number }> = {}): readonly string[] =>
  adviceOn(parsed({ ...MINIMAL, ...study }), { ...FACTS, ...facts }).map(formatProblem);

const training = (value: object, ...stages: object[]): object => ({
  training: { epochs: 12, ...value },
  stages: stages.length > 0 ? stages : [{ stage: 'finalTrain' }],
});
const sweep = (options: object): object => ({ stage: 'sweep', trials: 8, ...options });
const FINAL = { stage: 'finalTrain' };
const RATE = { hparams: { learningRate: 0.0234 }, schedule: { name: 'cosine', warmupSteps: 20 } };

/** What is written, what is said of it, and the data that make it so. */
type Case = readonly [
  what: string,
  study: object,
  said: RegExp,
  facts?: Partial<typeof FACTS & { readonly folds: number }>,
];

const CASES: readonly Case[] = [
  [
    'an inert weight decay',
    training({ ...RATE, hparams: { ...RATE.hparams, weightDecay: 0.00156 } }),
    /^training.hparams.weightDecay: has no effect: it shrinks weights by 0.789 % in the whole training, got 0.00156; write { shrink: \[0.01, 0.99\] }, here { logUniform: \[0.00198, 0.907\] }/,
  ],
  [
    'a weight decay that forgets',
    training({ ...RATE, hparams: { ...RATE.hparams, weightDecay: 10 } }),
    /^training.hparams.weightDecay: leaves nothing learnt: at 10 weights forget within 0.2\d* epochs/,
  ],
  [
    'a range of it that begins far too low',
    training({}, { stage: 'lrRangeTest' }, sweep({ space: { weightDecay: { logUniform: [1e-6, 1e-2] } } }), FINAL),
    /^stages.1.space.weightDecay: spends \d+(\.\d+)? % of the range on decays without effect: from .* to .* at the high end/,
  ],
  [
    'l2 under Adam',
    training({}, sweep({ space: { l2: { logUniform: [1e-5, 1e-2] } } }), FINAL),
    /^stages.0.space.l2: is no weight decay under adam/,
  ],
  [
    'shares of weights beside rates far apart',
    training(
      {},
      sweep({ space: { weightDecay: { shrink: [0.01, 0.9] }, learningRate: { logUniform: [1e-4, 1e-2] } } }),
      FINAL,
    ),
    /^stages.0.space.weightDecay: shrinks weights by such shares at the rate that the study holds .* rates 100 times apart/,
  ],
  [
    'a patience as long as the training',
    training({ earlyStopping: { patience: 12 } }),
    /^training.earlyStopping.patience: never ends a training: the longest training has 12 epochs, got 12; set it below 12/,
  ],
  [
    'a plateau as long as the training',
    training({ schedule: { name: 'plateau', patience: 20 } }),
    /^training.schedule.patience: never lowers the rate/,
  ],
  [
    'a milestone after the end',
    training({
      schedule: {
        name: 'piecewise',
        milestones: [
          { epoch: 6, factor: 0.1 },
          { epoch: 30, factor: 0.01 },
        ],
      },
    }),
    /^training.schedule.milestones.1.epoch: is never reached: .* got 30/,
  ],
  [
    'a warm-up longer than the training',
    training({ schedule: { name: 'cosine', warmupSteps: 1000 } }),
    /^training.schedule.warmupSteps: is longer than a training of 432 steps, and is cut to 43, got 1000/,
  ],
  [
    'warm-ups of which most are cut',
    training({}, sweep({ space: { warmupSteps: { integer: [0, 200] } } }), FINAL),
    /^stages.0.space.warmupSteps: is longer than a tenth of a training of 432 steps, and is cut to 43, got 200/,
  ],
  [
    'a first rung after the end',
    training(
      {},
      sweep({ space: { dropoutRate: { uniform: [0, 0.5] } }, pruner: { name: 'asha', minEpochs: 12 } }),
      FINAL,
    ),
    /^stages.0.pruner.minEpochs: stops nothing: a training has 12 epochs, got 12/,
  ],
  [
    'a rung within the warm-up',
    training(
      { epochs: 100, schedule: { name: 'cosine', warmupSteps: 300 } },
      sweep({ space: { dropoutRate: { uniform: [0, 0.5] } }, pruner: { name: 'asha', minEpochs: 2 } }),
      FINAL,
    ),
    /^stages.0.pruner.minEpochs: judges after 72 steps, within the warm-up of 300/,
  ],
  [
    'a validation set of a few images',
    training({}),
    /^dataset.validationFraction: leaves 50 images, of which each is 2 points of accuracy/,
    { validationExamples: 50 },
  ],
  [
    'folds of a few images',
    training({}),
    /^dataset.validation.folds: leaves 150 images, of which each is 0.667 points of accuracy.*; bring more data/,
    { validationExamples: 50, folds: 3 },
  ],
  [
    'a batch above the data',
    training({ epochs: 500, hparams: { batchSize: 2000 } }),
    /^training.hparams.batchSize: is above the 1150 training examples/,
  ],
  [
    'a training of a few steps',
    training({ hparams: { batchSize: 512 } }),
    /^stages.0: has trainings of 27 steps \(batch 512, 12 epochs\): too few to learn by; train 45 epochs/,
  ],
  [
    'two classes with smooth labels',
    training({}, sweep({ space: { labelSmoothing: { choice: [0, 0.4] } } }), FINAL),
    /^stages.0.space.labelSmoothing: leaves targets of 0.8 and 0.2 for two classes, got 0.4/,
    { classes: 2 },
  ],
  [
    'a search with one seed each',
    training({}, sweep({ space: { dropoutRate: { uniform: [0, 0.5] } }, replicates: 1 }), FINAL),
    /^stages.0.replicates: leaves every answer at low confidence/,
  ],
  [
    'rates that cannot train',
    training({}, sweep({ space: { learningRate: { logUniform: [1e-8, 100] } } }), FINAL),
    /^stages.0.space.learningRate: has rates at which adam cannot train.*; keep within \[1e-6, 1\]/,
  ],
  [
    'one rate for Adam and SGD',
    training({}, sweep({ space: { optimizer: { choice: ['adam', 'sgd'] } } }), FINAL),
    /^stages.0.space.optimizer: compares optimizers at one learning rate, .*adam 0.001, sgd 0.01/,
  ],
  [
    'Adam under two names',
    training({}, sweep({ space: { optimizer: { choice: ['adam', 'adamw'] } } }), FINAL),
    /^stages.0.space.optimizer: tries adam twice/,
  ],
  [
    'a length that is searched and then replaced',
    training({}, sweep({ space: { epochs: { integer: [8, 24] } } }), { ...FINAL, epochs: 30 }),
    /^stages.1.epochs: takes the place of the epochs that stages.0 decides on, got 30; leave it out/,
  ],
];

describe('advice before a study runs', () => {
  it.each(CASES.map((one) => [one[0], one] as const))('speaks of %s', (_, [, study, said, facts]) => {
    const advice = adviceTo(study, facts);
    expect(advice).toEqual([expect.stringMatching(said)]);
  });

  it('has a case for every rule', () => {
    const spoken = new Set(
      CASES.flatMap(([, study, , facts]) =>
        RULES.filter((rule) => {
          const view = { ...FACTS, ...facts };
          return adviceOn(parsed({ ...MINIMAL, ...study }), view, [rule]).length > 0;
        }),
      ),
    );
    expect(RULES.filter((rule) => !spoken.has(rule)).map(({ name }) => name)).toEqual([]);
  });

  it('is silent on the examples, and on all that it cannot know without the data', () => {
    for (const name of ['digits', 'fashion-mnist', 'which-training']) {
      const text = readFileSync(path.join(__dirname, '../../../examples', `${name}.yaml`), 'utf8');
      expect(adviceOn(parsed(parse(text)), FACTS).map(formatProblem)).toEqual([]);
    }
    expect(
      adviceOn(parsed({ ...MINIMAL, ...training({ hparams: { batchSize: 4096, weightDecay: 1e-9 } }) }), undefined),
    ).toEqual([]);
  });

  it('knows that a rate which a stage finds may be other than the usual one', () => {
    const found = training({ hparams: { weightDecay: 0.002 } }, { stage: 'lrRangeTest' }, FINAL);
    expect(adviceTo(found)).toEqual([]);
    expect(adviceTo(training({ hparams: { weightDecay: 0.002 } }))).toHaveLength(1);
  });

  it('leaves shares of weights at one rate, and rates by branch, alone', () => {
    const space = {
      optimizer: {
        branches: {
          adam: { learningRate: { logUniform: [3e-4, 3e-2] } },
          sgd: { learningRate: { logUniform: [3e-3, 1] } },
        },
      },
    };
    const shares = { weightDecay: { shrink: [0.01, 0.99] }, learningRate: { times: [0.5, 1, 2] } };
    expect(adviceTo(training({}, sweep({ space }), sweep({ space: shares }), FINAL))).toEqual([]);
  });
});
