import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { main } from '../../cli/main';
import { captureOutput, output } from '../support/command-line';
import { folderOf, idxFile, pattern } from '../support/datasets';

beforeEach(() => void captureOutput());
afterEach(() => jest.restoreAllMocks());

/** Images of 7 x 7 in three classes, beside a study that searches a kernel's size. */
function studyFile(k: number): string {
  const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
  const folder = folderOf({
    'train-images-idx3-ubyte': idxFile([12, 7, 7], pattern(12 * 49)),
    'train-labels-idx1-ubyte': idxFile([12], labels),
    't10k-images-idx3-ubyte': idxFile([12, 7, 7], pattern(12 * 49, 100)),
    't10k-labels-idx1-ubyte': idxFile([12], labels),
  });
  const file = path.join(folder, 'study.yaml');
  writeFileSync(
    file,
    `name: kernels
dataset: { format: idx, uri: . }
model:
  layers:
    - { layer: conv2d, filters: 4, kernelSize: { hparam: k } }
    - { layer: maxPooling2d, poolSize: 2 }
    - { layer: conv2d, filters: 4, kernelSize: { hparam: k } }
    - { layer: flatten }
    - { layer: dense, units: 3 }
training: { hparams: { k: ${k} } }
stages:
  - stage: sweep
    space: { k: { choice: [2, 3, 5] } }
    sampler: { name: grid }
  - stage: finalTrain
`,
  );
  return file;
}

describe.each(['validate', 'plan'])('%s of a study that searches an architecture', (verb) => {
  test('warns of the corner that cannot be built, with its line, its values, the layer and the reason', async () => {
    const file = studyFile(2);
    expect(await main([verb, file])).toBe(0);
    expect(output.stdout).toContain('kernels');
    expect(output.stderr).toMatch(
      /^warning: .*study\.yaml:13:5: stages\.0\.space: has corners .* \(k=5: model\.layers\[2\] \(Conv2D\) must leave something/m,
    );
  });

  test('refuses one that cannot be built as it stands', async () => {
    expect(await main([verb, studyFile(5)])).not.toBe(0);
    expect(output.stderr).toMatch(
      /study\.yaml has 1 problem\n.*study\.yaml:3:1: model: cannot be built .*\(k=5\): model\.layers\[2\]/,
    );
  });
});

describe('what will not do what its writer thinks', () => {
  test('is told by both verbs, as text with its line and as JSON', async () => {
    const file = studyFile(2);
    const said = expect.objectContaining({
      path: 'dataset.validationFraction',
      fix: expect.any(String) as string,
    }) as object;
    for (const verb of ['validate', 'plan']) {
      expect(await main([verb, file])).toBe(0);
      expect(output.stderr).toMatch(
        /warning: .*study\.yaml:\d+:\d+: dataset\.validationFraction: leaves \d+ images?, of which each/,
      );
      captureOutput();
      expect(await main([verb, '--json', file])).toBe(0);
      expect((JSON.parse(output.stdout) as { readonly warnings: object }).warnings).toEqual(
        expect.arrayContaining([said]),
      );
      captureOutput();
    }
  });
});
