import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MODEL_CARD, readExportedModel } from '../../../activities/inference/exported-model';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stepwell-exported-'));
  mkdirSync(path.join(folder, 'saved_model'));
  writeFileSync(path.join(folder, 'saved_model', 'saved_model.pb'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeCard(input: object): void {
  const card = { format: 'stepwell-model-card/1', task: 'classification', classNames: ['cat', 'dog'], input };
  writeFileSync(path.join(folder, MODEL_CARD), JSON.stringify(card));
}

it('is asked about pictures that are made to fit as those were that it learnt from', () => {
  writeCard({ shape: [64, 48, 3], fit: 'contain' });
  expect(readExportedModel(folder)).toEqual({
    folder,
    task: 'classification',
    shape: [64, 48, 3],
    names: ['cat', 'dog'],
    fit: 'contain',
  });
  writeCard({ shape: [28, 28, 1] });
  expect(readExportedModel(folder).fit).toBe('cover');
});

it('is refused with every problem of its card', () => {
  writeCard({ shape: [64, 48, 2], fit: 'squeeze' });
  expect(() => readExportedModel(folder)).toThrow(/input\.shape\.2: [\s\S]*input\.fit: [\s\S]*export the model again/);
});
