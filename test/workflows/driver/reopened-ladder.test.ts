/** A study whose rate proves to be far off at the ladder's batch size, in simulated time. */
import type { StudyInput } from '../../../workflows/spec';
import { plausibleOutcome } from '../../../workflows/stages/plausible-outcome';
import { simulateStudy } from '../../support/simulated-study';
import type { SimulatedEnd } from '../../support/simulated-study';
import { FACTS } from '../../support/stages';

jest.mock('@temporalio/workflow', () =>
  jest.requireActual<{ simulatedWorkflow(): unknown }>('../../support/simulated-workflow').simulatedWorkflow(),
);

const STUDY = {
  name: 'reopened',
  seed: 5,
  dataset: { format: 'idx', uri: 'data/made-up' },
  model: { preset: 'mnist-cnn' },
  training: { epochs: 8 },
  stages: [
    { stage: 'lrRangeTest' },
    { stage: 'batchSizeLadder', batchSizeMax: 128, strategy: 'largest' },
    { stage: 'finalTrain', replicates: 1 },
  ],
} as StudyInput;

/** @param beyond How many times higher than any rule says the best rate is at batches of 128. */
function simulated(beyond: number, limits = { events: 1e6, bytes: 1e9 }): Promise<SimulatedEnd> {
  return simulateStudy({
    file: STUDY,
    limits,
    training: (spec) => {
      const factor = spec.hparams['batchSize'] === 128 ? beyond : 1;
      const hparams = { ...spec.hparams, learningRate: Number(spec.hparams['learningRate']) / factor };
      return { seconds: 10, outcome: plausibleOutcome({ ...spec, hparams }, FACTS) };
    },
  });
}

const CHAIN = ['lr-range-test', 'lr-retest', 'batch-size-ladder', 'lr-retest-2', 'batch-size-ladder-2', 'lr-retest-3'];
const stagesThatTrained = ({ trials }: SimulatedEnd): readonly string[] => [
  ...new Set(trials.map(({ trialId }) => trialId.split('/')[0]!)),
];

it('races the sizes once more where the rate moved by more than 2 times at the size that they raced to', async () => {
  const end = await simulated(16);
  expect(stagesThatTrained(end)).toEqual([...CHAIN.slice(0, 5), 'final-train']);
  const { decisions } = end.result;
  expect(decisions.map(({ stageId }) => stageId)).toEqual([...CHAIN, 'final-train']);
  expect(decisions.find(({ stageId }) => stageId === 'lr-retest-2')?.supersedes).toEqual(['lr-retest']);
  expect(decisions.find(({ stageId }) => stageId === 'lr-retest-3')?.because).toBe(
    'nothing to do: batchSize has not moved since lr-retest-2, whose answer holds',
  );
});

it('does so in the same way where its workflow continues as new again and again', async () => {
  const [whole, cut] = [await simulated(16), await simulated(16, { events: 120, bytes: 1e9 })];
  expect(cut.runs.length).toBeGreaterThan(2);
  expect(cut.result.decisions).toEqual(whole.result.decisions);
});

it('does not where the rate holds', async () => {
  const end = await simulated(1);
  expect(stagesThatTrained(end)).toEqual([...CHAIN.slice(0, 4), 'final-train']);
  expect(end.result.decisions.find(({ stageId }) => stageId === 'batch-size-ladder-2')?.because).toMatch(
    /^nothing to do: learningRate has not moved by more than 2 times since batch-size-ladder/,
  );
});
