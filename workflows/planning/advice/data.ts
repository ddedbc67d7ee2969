import type { Problem } from '../../spec/problem';
import { formatNumber } from '../../stages/format';
import { numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import { numbersIn } from './advised';
import type { Rule } from './advised';

/** An image that weighs more than half a percentage point hides differences that people look for. */
const VALIDATION_MIN = 200;
/** Fewer optimizer steps are no training. */
const STEPS_MIN = 100;
/** Of two classes more leaves targets that hardly differ. */
const SMOOTHING_MAX = 0.2;

export const smallValidation: Rule = {
  name: 'one validation image is at most half a point of accuracy',
  of({ facts }) {
    if (facts === undefined) return [];
    const { folds = 1 } = facts;
    const validationExamples = facts.validationExamples * folds;
    if (validationExamples >= VALIDATION_MIN || validationExamples === 0) return [];
    return [
      {
        path: folds > 1 ? 'dataset.validation.folds' : 'dataset.validationFraction',
        rule: `leaves ${validationExamples} images, of which each is ${formatNumber(100 / validationExamples)} points of accuracy: smaller differences cannot be seen`,
        value: undefined,
        fix: folds > 1 ? 'bring more data' : 'hold out more, or bring more data',
      },
    ];
  },
};

export const batchBeyondData: Rule = {
  name: 'a batch holds at most the training examples',
  of({ study, facts, stages }) {
    if (facts === undefined) return [];
    const { trainExamples } = facts;
    const places = [
      { path: 'training.hparams.batchSize', value: numericHParam(study.training.hparams, 'batchSize') },
      ...stages.flatMap((stage) =>
        numbersIn(stage, 'batchSize').map(({ high }) => ({ path: `${stage.path}.space.batchSize`, value: high })),
      ),
    ];
    return places
      .filter(({ value }) => value > trainExamples)
      .map(({ path, value }): Problem => ({
        path,
        value,
        rule: `is above the ${trainExamples} training examples: every step sees some of them several times`,
        fix: `set at most ${trainExamples}`,
      }));
  },
};

export const fewSteps: Rule = {
  name: `a training makes at least ${STEPS_MIN} steps`,
  of({ facts, stages }) {
    if (facts === undefined) return [];
    return stages
      .filter(({ isSearch, stage }) => isSearch || stage === 'finalTrain')
      .flatMap(({ path, epochs, batches }): readonly Problem[] => {
        const steps = stepsOf({ epochs: epochs.low }, facts.trainExamples, batches.high);
        if (steps >= STEPS_MIN) return [];
        const longer = Math.ceil((STEPS_MIN * batches.high) / facts.trainExamples);
        return [
          {
            path,
            rule: `has trainings of ${steps} steps (batch ${batches.high}, ${epochs.low} epochs): too few to learn by`,
            value: undefined,
            fix: `train ${longer} epochs, or set a smaller batch`,
          },
        ];
      });
  },
};

export const smoothedPair: Rule = {
  name: `labels of two classes are smoothed by at most ${SMOOTHING_MAX}`,
  of({ study, facts, stages }) {
    if (facts?.classes !== 2) return [];
    const places = [
      { path: 'training.hparams.labelSmoothing', value: numericHParam(study.training.hparams, 'labelSmoothing') },
      ...stages.flatMap((stage) =>
        numbersIn(stage, 'labelSmoothing').map(({ high }) => ({
          path: `${stage.path}.space.labelSmoothing`,
          value: high,
        })),
      ),
    ];
    return places
      .filter(({ value }) => value > SMOOTHING_MAX)
      .map(({ path, value }): Problem => ({
        path,
        value,
        rule: `leaves targets of ${formatNumber(1 - value / 2)} and ${formatNumber(value / 2)} for two classes`,
        fix: `set at most ${SMOOTHING_MAX}`,
      }));
  },
};
