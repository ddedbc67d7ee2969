import { formatProblems, parseStudy } from '../../../workflows/spec';
import type { ParsedStudy } from '../../../workflows/spec';

const study = (changes: object): object => ({
  name: 'a',
  dataset: { format: 'idx', uri: 'examples/data/digits' },
  model: { preset: 'lenet5' },
  stages: [{ stage: 'finalTrain' }],
  ...changes,
});

function parsed(changes: object): ParsedStudy {
  const result = parseStudy(study(changes));
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.study;
}

function problems(changes: object): string {
  const result = parseStudy(study(changes));
  return result.ok ? '' : formatProblems(result.problems);
}

describe('a task', () => {
  it('is a classification unless it is named, and its name stands for its defaults', () => {
    expect(parsed({})).not.toHaveProperty('task');
    expect(parsed({ task: 'classification' })).not.toHaveProperty('task');
    expect(parsed({ task: { name: 'classification' } })).not.toHaveProperty('task');
    expect(parsed({ task: 'multiLabel' }).task).toEqual({ name: 'multiLabel' });
    expect(parsed({ task: 'regression' }).task).toEqual({ name: 'regression', loss: 'mse' });
    expect(parsed({ task: { name: 'regression', loss: 'mae' } }).task).toEqual({ name: 'regression', loss: 'mae' });
    expect(parsed({ task: { name: 'regression', loss: 'huber' } }).task).toEqual({
      name: 'regression',
      loss: 'huber',
      delta: 1,
    });
  });

  it('that there is not, or of a loss that it has not, is refused', () => {
    expect(problems({ task: 'segmentation' })).toContain('task: ');
    expect(problems({ task: { name: 'regression', loss: 'hinge' } })).toContain('task');
    expect(problems({ task: { name: 'regression', loss: 'mae', delta: 2 } })).toBe(
      'task.delta: must be left out of another loss than huber, got 2; set loss: huber',
    );
  });

  it('has metrics of its own, as objective and as bounds', () => {
    expect(parsed({ task: 'regression', objective: { metric: 'valR2' } }).objective).toEqual({
      metric: 'valR2',
      direction: 'maximize',
    });
    expect(parsed({ task: 'multiLabel', objective: { metric: 'valMeanAveragePrecision' } }).objective.direction).toBe(
      'maximize',
    );
    const stages = [
      { stage: 'sweep', space: { dropoutRate: { uniform: [0, 0.6] } }, constraints: { valAccuracy: { min: 0.9 } } },
    ];
    expect(problems({ task: 'regression', objective: { metric: 'valMacroF1' }, stages })).toBe(
      [
        'stages.0.constraints.valAccuracy: must be a metric of the task regression, got {"min":0.9}; take one of valLoss, valR2, valMse, valMae',
        'objective.metric: must be a metric of the task regression, got "valMacroF1"; take one of valLoss, valR2, valMse, valMae',
      ].join('\n'),
    );
    expect(problems({ objective: { metric: 'valR2' } })).toContain('must be a metric of the task classification');
  });

  it('without classes weighs and samples none, and numbers are not smoothed', () => {
    const training = { classWeights: 'balanced', sampler: 'balanced', hparams: { labelSmoothing: 0.1 } };
    expect(parsed({ training }).training).toMatchObject({ sampler: 'balanced' });
    expect(
      problems({ training, task: 'multiLabel' })
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['training.classWeights', 'training.sampler']);
    expect(problems({ training: { hparams: training.hparams }, task: 'regression' })).toContain(
      'training.hparams.labelSmoothing: must be left out of the task regression: numbers are not smoothed',
    );
  });
});

it('a direction against the metric is refused', () => {
  expect(problems({ objective: { metric: 'valAuc', direction: 'minimize' } })).toContain(
    'objective.direction: must be maximize for valAuc',
  );
});
