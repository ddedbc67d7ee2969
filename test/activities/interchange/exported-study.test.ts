import { exportedStudy } from '../../../activities/interchange/exported-study';
import { SAMPLE } from './sample-study';

const ID = 'regularization-sweep';
const stages = [
  {
    stage: 'regularizationSweep',
    stageId: ID,
    options: { space: { learningRate: { ordinal: [0.5, 1, 2], isRelative: true }, flip: { choice: [0, 0.5] } } },
  },
];

it('gives factors as the values that the search had, which its first trial tells', () => {
  const trials = SAMPLE.trials.filter(({ stageId }) => stageId === ID);
  expect(exportedStudy('digits', { objective: SAMPLE.objective, stages }, [{ trials }]).sweeps).toEqual([
    { stageId: ID, space: { learningRate: { ordinal: [5e-4, 1e-3, 2e-3] }, flip: { choice: [0, 0.5] } } },
  ]);
});

it('leaves factors as they are in a search that has not begun', () => {
  expect(exportedStudy('digits', { objective: SAMPLE.objective, stages }, [{ trials: [] }]).sweeps[0]?.space).toEqual(
    stages[0]?.options.space,
  );
});
