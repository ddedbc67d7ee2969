import { readFileSync } from 'node:fs';
import path from 'node:path';
import { STAGE_NAMES } from '../workflows/spec';

const ROOT = path.resolve(__dirname, '..');
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  it('shows the digits study as it is', () => {
    const [, shown] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
    const study = readFileSync(path.join(ROOT, 'examples', 'digits.yaml'), 'utf8');
    expect(study.slice(study.indexOf('apiVersion'))).toBe(shown);
  });

  it('has a row for every stage', () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
    expect(rows).toEqual(expect.arrayContaining([...STAGE_NAMES]));
  });
});
