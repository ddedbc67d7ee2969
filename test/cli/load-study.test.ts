import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadStudy } from '../../cli/load-study';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-load-study-'));
mkdirSync(path.join(folder, 'data'));

function studyFile(text: string, name = 'study.yaml'): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const valid = `name: small
dataset: { format: idx, uri: data }
model: { preset: mnist-cnn }
stages:
  - { stage: finalTrain }
`;

describe('loading a study', () => {
  test('a relative data set is found beside the study and becomes absolute in what is sent to the workers', async () => {
    const { parsed, input } = await loadStudy(studyFile(valid));
    const { href } = pathToFileURL(path.join(folder, 'data'));
    expect(parsed.dataset.uri).toBe(href);
    expect(input).toMatchObject({ name: 'small', dataset: { format: 'idx', uri: href } });
  });

  test('JSON is read like YAML', async () => {
    const json = JSON.stringify({ name: 'small', dataset: { format: 'idx', uri: 'data' }, model: { preset: 'mnist-cnn' }, stages: [{ stage: 'finalTrain' }] });
    expect((await loadStudy(studyFile(json, 'study.json'))).parsed.name).toBe('small');
  });

  test('all problems are told at once, in the order of the file, each with its line and column', async () => {
    const file = studyFile(valid.replace('name: small', 'name: Not a name').replace('uri: data', 'uri: nowhere').replace('preset: mnist-cnn', 'preset: mnist-cn') + 'sead: 3\n');
    const failure = await loadStudy(file).catch((error: Error) => error) as Error;
    expect(failure).toMatchObject({ name: 'CommandError', exit: 'badInput', type: 'InvalidStudy' });
    const [head, ...lines] = failure.message.replaceAll(`${file}:`, '').split('\n');
    expect(head).toBe(`${file} has 4 problems`);
    expect(lines.map((line) => line.slice(0, 24))).toEqual(['1:1: name: must be 1 to ', '2:25: dataset.uri: must ', '3:10: model.preset: must', '6:1: sead: unknown key, ']);
    expect(lines.join('\n')).toMatch(/did you mean "mnist-cnn"[^]*did you mean "seed"/);
  });

  test('a syntax error names its line', async () => {
    const file = studyFile('name: [small\nmodel: 3\n');
    await expect(loadStudy(file)).rejects.toThrow(new RegExp(`neither YAML nor JSON\n${file}:2:\\d+: `));
  });

  test.each([
    ['missing.yaml', 'does not exist; name a YAML or JSON file'],
    ['data', 'is a folder'],
  ])('%s is told by its name', async (name, message) => {
    await expect(loadStudy(path.join(folder, name))).rejects.toThrow(`study file ${path.join(folder, name)} ${message}`);
  });

  test('a data set named in place of a study is not parsed', async () => {
    await expect(loadStudy(studyFile('x'.repeat(1_000_001), 'big.yaml'))).rejects.toThrow('is no study: it has 1000001 bytes');
  });

  test('aliases that multiply without end are refused', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `${'abcdefghij'[i + 1]}: &${'abcdefghij'[i + 1]} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(', ')}]`);
    await expect(loadStudy(studyFile(['a: &a [x]', ...levels].join('\n')))).rejects.toThrow(/cannot be read as data/);
  });
});
