import fc from 'fast-check';
import { endsEpoch, epochAt, epochsDone, type TrialFacts } from '../../../../activities/training/loop/trial-facts';
import { batchPhases, epochEndStep } from '../../../../workflows/trials/length';

const facts = (trainExamples: number, batchSize: number): TrialFacts =>
  ({ trainExamples, batchSize, phases: batchPhases(batchSize, [], trainExamples) }) as unknown as TrialFacts;

describe('epochs', () => {
  it('end at the steps that the plan of a trial says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 80 }), (trainExamples, batchSize) => {
        const planned = new Set(Array.from({ length: 40 }, (_, i) => epochEndStep(i + 1, trainExamples, batchSize)));
        const steps = Array.from({ length: epochEndStep(40, trainExamples, batchSize) }, (_, i) => i + 1);
        expect(steps.filter((step) => endsEpoch(facts(trainExamples, batchSize), step))).toEqual([...planned]);
      }),
    );
  });

  it('count from 1, and the last step of one still lies in it', () => {
    expect([1, 3, 4, 5, 8].map((step) => epochAt(facts(10, 3), step))).toEqual([1, 1, 1, 2, 3]);
    expect([0, 3, 4, 7].map((step) => epochsDone(facts(10, 3), step))).toEqual([0, 0, 1, 2]);
  });
});
