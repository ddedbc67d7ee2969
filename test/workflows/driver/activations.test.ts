/** How much a workflow does between two events: the SDK ends one that computes for 5 seconds, and again on each retry. */
import { suggestPoints } from '../../../activities/study/suggest-points';
import { SAMPLERS } from '../../../workflows/search';
import type { StudyInput } from '../../../workflows/spec';
import { STAGES } from '../../../workflows/stages';
import { numericHParam } from '../../../workflows/trials/hparams';
import { simulateStudy } from '../../support/simulated-study';
import { completed } from '../../support/stages';

jest.mock('@temporalio/workflow', () =>
  jest.requireActual<{ simulatedWorkflow(): unknown }>('../../support/simulated-workflow').simulatedWorkflow(),
);

const PARALLEL = 256;

const studyBy = (name: keyof typeof SAMPLERS): StudyInput =>
  ({
    name,
    seed: 5,
    dataset: { format: 'idx', uri: 'data/made-up' },
    model: { preset: 'mnist-cnn' },
    training: { epochs: 4 },
    budget: { parallelTrials: PARALLEL },
    stages: [
      {
        stage: 'sweep',
        space: { weightDecay: { logUniform: [1e-6, 1e-2] }, dropoutRate: { uniform: [0, 0.6] } },
        sampler: { name, ...(name === 'grid' && { levels: 17 }) },
        trials: 300,
        replicateTop: 1,
        replicates: 1,
      },
    ],
  }) as StudyInput;

it.each(Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[])(
  'fills 256 slots with %s few at a time, and fits nothing to trials in the workflow itself',
  async (name) => {
    let [isOutside, drawnInWorkflow, fittedInWorkflow, askedMost] = [false, 0, 0, 0];
    const { random } = SAMPLERS;
    const drawn = random.suggest.bind(random);
    // What it suggests is no matter here, and a Gaussian process would take minutes.
    jest.spyOn(SAMPLERS[name], 'suggest').mockImplementation((context: Parameters<typeof drawn>[0]) => {
      // Whether a draw was blind it asks itself, by a draw that sees nothing.
      if (!isOutside && context.observations.length === 0) drawnInWorkflow += 1;
      else if (!isOutside) fittedInWorkflow += 1;
      return drawn(context);
    });
    const asked = jest.spyOn(STAGES['sweep']!, 'suggest');
    const { trials } = await simulateStudy({
      file: studyBy(name),
      limits: { events: 1e9, bytes: 1e9 },
      training: ({ hparams }) => ({ seconds: 60, outcome: completed(numericHParam(hparams, 'dropoutRate')) }),
      suggestPoints: async (input) => {
        isOutside = true;
        const points = await suggestPoints(input);
        isOutside = false;
        return points;
      },
      onActivation: () => {
        askedMost = Math.max(askedMost, asked.mock.calls.length);
        asked.mockClear();
      },
    });
    jest.restoreAllMocks();
    expect(trials.length).toBeGreaterThan(PARALLEL);
    expect(askedMost).toBeLessThanOrEqual(17);
    expect(drawnInWorkflow).toBeGreaterThan(0);
    expect(fittedInWorkflow).toBe(0);
  },
);
