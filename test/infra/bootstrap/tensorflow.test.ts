import { rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createSandbox, load } from './sandbox';
import type { Context, Part, Sandbox } from './sandbox';

const tensorflow = load<Part & { stateOf(folder: string): string; wantedVariant(context: Context): Promise<string> }>(
  'tensorflow.cjs',
);
const { linkLibraries } = load<{ linkLibraries(folder: string, libraries: string): void }>('tensorflow-binding.cjs');

const PACKAGE = 'package/node_modules/@tensorflow/tfjs-node-gpu';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

/**
 * The package as the bootstrap leaves it: a binding, links to libraries in the cache, and the note that it was loaded.
 */
function preparedPackage(): string {
  const folder = path.dirname(sandbox.write(`${PACKAGE}/package.json`, '{}'));
  sandbox.write(`${PACKAGE}/lib/napi-v8/tfjs_binding.node`, 'binding');
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    sandbox.write(`cache/tf/tensorflow/${name}`, name);
  linkLibraries(folder, path.join(sandbox.cacheFolder, 'tf'));
  sandbox.write(
    `${PACKAGE}/lib/checked.json`,
    JSON.stringify({
      version: '2.21.0',
      source: 'cpu',
      variant: 'cpu',
      gpuDevice: true,
      state: tensorflow.stateOf(folder),
    }),
  );
  return folder;
}

test('without the npm package there is nothing to prepare yet', () => {
  expect(tensorflow.inspect(sandbox.context)).toEqual({
    ok: false,
    fix: 'install the npm packages first: @tensorflow/tfjs-node-gpu is missing',
  });
});

test('a binding that was never loaded does not count', () => {
  sandbox.write(`${PACKAGE}/package.json`, '{}');
  sandbox.write(`${PACKAGE}/lib/napi-v8/tfjs_binding.node`, 'binding');
  expect(tensorflow.inspect(sandbox.context)).toEqual({ ok: false, fix: 'run npm run bootstrap' });
});

test('a binding that was loaded counts', () => {
  preparedPackage();
  expect(tensorflow.inspect(sandbox.context)).toMatchObject({ ok: true, version: '2.21.0' });
});

test('a binding of another TensorFlow than the pinned one does not count, and is told by its version', () => {
  preparedPackage();
  const versions = { ...sandbox.context.versions, tensorflow: { version: '2.22.0' } } as Context['versions'];
  expect(tensorflow.inspect({ ...sandbox.context, versions })).toEqual({
    ok: false,
    fix: 'run npm run bootstrap: the binding is of TensorFlow 2.21.0, not 2.22.0',
  });
});

test('a binding whose libraries were deleted from the cache does not count', () => {
  preparedPackage();
  rmSync(path.join(sandbox.cacheFolder, 'tf'), { recursive: true });
  expect(tensorflow.inspect(sandbox.context).ok).toBe(false);
});

test('a binding whose libraries were exchanged does not count', () => {
  preparedPackage();
  sandbox.write('cache/tf/tensorflow/libtensorflow_cc.so.2', 'another version');
  expect(tensorflow.inspect(sandbox.context).ok).toBe(false);
});

test('the package is found where npm hoisted it to', () => {
  const folder = preparedPackage();
  const installed = path.dirname(sandbox.write('project/node_modules/stepwell/package.json', '{}'));
  sandbox.write('project/node_modules/@tensorflow/.keep', '');
  symlinkSync(folder, path.join(sandbox.folder, 'project/node_modules/@tensorflow/tfjs-node-gpu'));
  expect(tensorflow.inspect({ ...sandbox.context, packageFolder: installed, isCheckout: false }).ok).toBe(true);
});

test('a binding of another kind than STEPWELL_TENSORFLOW asks for does not count', () => {
  preparedPackage();
  const asking = { ...sandbox.context, environment: { ...sandbox.environment, STEPWELL_TENSORFLOW: 'gpu' } };
  expect(tensorflow.inspect(asking).fix).toContain('STEPWELL_TENSORFLOW is gpu now');
});

test('STEPWELL_TENSORFLOW chooses the libraries, and a wrong value is refused', async () => {
  const choosing = (value: string): Promise<string> =>
    tensorflow.wantedVariant({
      ...sandbox.context,
      environment: { ...sandbox.environment, STEPWELL_TENSORFLOW: value },
    });
  expect(await choosing('gpu')).toBe('gpu');
  expect(await choosing('')).toBe('cpu');
  await expect(choosing('tpu')).rejects.toThrow('STEPWELL_TENSORFLOW must be cpu or gpu, got tpu');
});
