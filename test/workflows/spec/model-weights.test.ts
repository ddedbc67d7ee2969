import { matches } from '../../../workflows/spec/layer-patterns';
import { hparamsOfModel } from '../../../workflows/trials/hparams';
import { MINIMAL, parsed, problems, SWEEP, withStages } from './parsing';

const LAYERS = [
  { layer: 'conv2d', name: 'stem', filters: 4, kernelSize: 3 },
  { layer: 'flatten' },
  { className: 'Dense', config: { name: 'head', units: 10 } },
];

describe('the layers that a study freezes', () => {
  it('are names with * for any characters, beside whichever network', () => {
    const freeze = ['stem', 'layer-*'];
    expect(parsed({ ...MINIMAL, model: { layers: LAYERS, freeze } }).model).toMatchObject({ freeze });
    expect(parsed({ ...MINIMAL, model: { module: 'mine.ts', freeze } }).model).toEqual({ module: 'mine.ts', freeze });
    expect(parsed(MINIMAL).model).toEqual({ preset: 'mnist-cnn' });
    expect(['stem', 'a.b/c1', 'axb/c1'].map((name) => matches('a.b/*', name))).toEqual([false, true, false]);
  });

  it('are told with the closest name where a list of layers has none such', () => {
    expect(problems({ ...MINIMAL, model: { layers: LAYERS, freeze: ['head', 'stam', 'layer-1'] } })).toBe(
      'model.freeze.1: must be a layer of the model: its name, else layer- and its place in the list, got "stam"; did you mean "stem"?',
    );
  });

  it('may be what a sweep chooses, by a hyperparameter that the study starts with', () => {
    const model = { preset: 'resnet20', freeze: ['stem*', { hparam: 'frozen' }] };
    const stages = [{ ...SWEEP, space: { frozen: { choice: [false, 'stage1-*', 'stage1-*, stage2-*'] } } }];
    const study = parsed({ ...withStages(...stages), model, training: { hparams: { frozen: false } } });
    expect(hparamsOfModel(study.model)).toEqual(['frozen']);
    expect(problems({ ...withStages(...stages), model })).toContain('model.freeze.1: reads frozen, which has no value');
  });
});

describe('the weights that a study starts from', () => {
  const asked = (initialWeights: object): object => ({ ...MINIMAL, model: { preset: 'mnist-cnn', initialWeights } });

  it('are of an earlier study, one of its trials, or a file', () => {
    for (const from of [{ study: 'digits' }, { study: 'digits', trial: 'final-train/001' }, { file: 's3://models/a' }])
      expect(parsed(asked(from)).model.initialWeights).toEqual({ ...from, exclude: [], allowMissing: false });
  });

  it('are of one place, which is told in full', () => {
    expect(problems(asked({}))).toContain('model.initialWeights.study: is required, or file');
    expect(problems(asked({ study: 'a', file: 'b' }))).toContain('model.initialWeights.file: must be left out');
    expect(problems(asked({ file: 'b', trial: 'final-train/001' }))).toContain(
      'model.initialWeights.trial: must be of',
    );
    expect(problems(asked({ file: 'https://host/a' }))).toContain('must be a path, a file:// or an s3:// address');
  });
});
