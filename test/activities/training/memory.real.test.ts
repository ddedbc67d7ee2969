import type { ModelSpec, OptimizerName } from '../../../workflows/words/study';
import { digitsJob, ForkedTrainer, packedDigits } from '../../support/trainer';

const MIB = 2 ** 20;
const TRIALS = 200;

/** Every cache is full by then, and the allocator has the pages that it will go on using. */
const SETTLED_AFTER = 60;

/**
 * The caches hold 4 engines and 8 recordings, whatever the number of trials. An engine of these models takes 2 MiB:
 * were every one of the 70 that are compiled after that kept, 140 MiB would show.
 */
const GROWTH_MAX = 48 * MIB;

/** Two trials of each model in turn, and more models than the caches hold: every second trial compiles. */
function modelOf(trial: number): { readonly model: ModelSpec; readonly optimizer: { readonly name: OptimizerName } } {
  const units = 4 + (Math.floor(trial / 2) % 13);
  const layers = [
    { className: 'Flatten', config: {} },
    { className: 'Dense', config: { units, activation: 'relu' } },
    { className: 'Dense', config: { units: 10 } },
  ];
  return { model: { layers }, optimizer: { name: units % 2 === 0 ? 'sgd' : 'adam' } };
}

describe('a trainer process', () => {
  it(`does not grow over ${TRIALS} trials of changing models`, async () => {
    const digits = await packedDigits();
    const trainer = await ForkedTrainer.start();
    try {
      let settled = 0;
      for (let trial = 0; trial < TRIALS; trial++) {
        const job = digitsJob(digits, {
          ...modelOf(trial),
          trial: {
            seed: trial + 1,
            limit: { steps: 2 },
            hparams: { batchSize: 16 },
            evaluate: { validation: 'end', test: false },
          },
        });
        trainer.send({ type: 'start', job });
        const { report } = await trainer.next('finished');
        expect(report.outcome.status).toBe('completed');
        if (trial === SETTLED_AFTER) settled = trainer.residentBytes();
      }
      expect(trainer.residentBytes() - settled).toBeLessThan(GROWTH_MAX);
    } finally {
      await trainer.kill();
    }
  });
});
