import { rampEnd } from '../../../workflows/trials/outcome';
import type { Outcome } from '../../../workflows/words/outcome';
import type { Trial } from '../../../workflows/words/trial';
import { measured, resultOf } from '../../support/stages';

const measurement = measured(null, {
  stepLosses: [
    { step: 0, learningRate: 1e-4, loss: 2 },
    { step: 1, learningRate: 0.3, loss: 90 },
  ],
});

function trialOf(name: 'ramp' | 'constant', outcome?: Outcome): Trial {
  const spec = { trialId: 'lr-range-test/000', schedule: { name, from: 1e-4, to: 1 } } as unknown as Trial['spec'];
  return { spec, ...(outcome && { result: resultOf(spec, outcome) }) };
}

it('is the last rate of a ramp that diverged or died, and of nothing else', () => {
  expect(rampEnd(trialOf('ramp', { status: 'diverged', step: 1, measurement }))).toBe(0.3);
  expect(rampEnd(trialOf('ramp', { status: 'dead', step: 1, measurement }))).toBe(0.3);
  expect(rampEnd(trialOf('ramp', { status: 'completed', measurement }))).toBeUndefined();
  expect(rampEnd(trialOf('ramp', { status: 'outOfMemory', where: 'device', detail: '' }))).toBeUndefined();
  expect(rampEnd(trialOf('constant', { status: 'diverged', step: 1, measurement }))).toBeUndefined();
  expect(rampEnd(trialOf('ramp'))).toBeUndefined();
});
