import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compiledFile } from './support/compiled';
import { PROJECT } from './support/source-tree';

/** The SDK alone weighs 0.49 MB; each worker thread holds all of it. */
const BUNDLE_BYTES_MAX = 1_500_000;

/** What the Temporal SDK brings with it. */
const SDK = /(^|\/)node_modules\/(@temporalio|nexus-rpc|ms|long)\//;

const SOURCE_MAP = /\/\/# sourceMappingURL=data:[^,]*,(.*)/;

describe('the workflow bundle', () => {
  let code = '';
  beforeAll(() => {
    code = readFileSync(compiledFile('workflow-bundle.js'), 'utf8');
  });

  it('holds the workflows and the Temporal SDK, and nothing else: no zod, no AWS, no TensorFlow', () => {
    const { sources } = JSON.parse(Buffer.from(SOURCE_MAP.exec(code)?.[1] ?? '', 'base64').toString('utf8')) as {
      readonly sources: readonly string[];
    };
    const files = sources.filter((source) => path.isAbsolute(source)).map((source) => path.relative(PROJECT, source));
    expect(files).toContain('workflows/driver/tune-study.ts');
    const foreign = files.filter(
      (file) =>
        !SDK.test(file) &&
        (!file.startsWith('workflows/') || file.startsWith('workflows/spec/') || file.endsWith('/options.ts')),
    );
    expect(
      foreign.map(
        (file) => `${file} is in the workflow bundle: import its types only, or move what needs it to an activity`,
      ),
    ).toEqual([]);
  });

  it(`weighs at most ${BUNDLE_BYTES_MAX / 1e6} MB without its source map`, () => {
    expect(Buffer.byteLength(code.replace(SOURCE_MAP, ''))).toBeLessThan(BUNDLE_BYTES_MAX);
  });
});
