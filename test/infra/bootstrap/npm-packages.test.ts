import { createSandbox, load } from './sandbox';
import type { Part } from './sandbox';

interface Package {
  readonly version: string;
  readonly optional?: boolean;
}
const { firstDifference, inspect } = load<
  Part & {
    firstDifference(
      locked: Record<string, Package>,
      installed: Record<string, Package>,
      isThere: (folder: string) => boolean,
    ): string | undefined;
  }
>('npm-packages.cjs');

const locked = {
  '': { version: '0.1.0' },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/fsevents': { version: '2.3.3', optional: true },
};
const everything = (): boolean => true;

test('an installation with the locked versions counts, without packages for other platforms', () => {
  expect(firstDifference(locked, { 'node_modules/zod': { version: '4.6.7' } }, everything)).toBeUndefined();
});

test('another version, a package that was never installed and one whose folder is gone are named', () => {
  expect(firstDifference(locked, { 'node_modules/zod': { version: '4.0.0' } }, everything)).toBe(
    'node_modules/zod must be 4.6.7, got 4.0.0',
  );
  expect(firstDifference(locked, {}, everything)).toBe('node_modules/zod must be 4.6.7, got none');
  expect(firstDifference(locked, { 'node_modules/zod': { version: '4.6.7' } }, () => false)).toBe(
    'node_modules/zod is missing',
  );
});

test('an optional package that is there must be the locked one', () => {
  const installed = { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/fsevents': { version: '1.0.0' } };
  expect(firstDifference(locked, installed, everything)).toBe('node_modules/fsevents must be 2.3.3, got 1.0.0');
});

test('a fresh checkout lacks its packages, and an installation by npm ci alone makes them count', () => {
  const sandbox = createSandbox();
  try {
    sandbox.write('package/package-lock.json', JSON.stringify({ packages: locked }));
    expect(inspect(sandbox.context)).toEqual({
      ok: false,
      fix: 'run npm run bootstrap: node_modules/zod must be 4.6.7, got none',
    });
    sandbox.write(
      'package/node_modules/.package-lock.json',
      JSON.stringify({ packages: { 'node_modules/zod': { version: '4.6.7' } } }),
    );
    sandbox.write('package/node_modules/zod/package.json', '{}');
    expect(inspect(sandbox.context)).toMatchObject({ ok: true, source: 'package-lock.json' });
  } finally {
    sandbox.remove();
  }
});

test('inside an installed package the npm packages are the business of whoever installed it', () => {
  const sandbox = createSandbox();
  try {
    sandbox.write('package/package-lock.json', JSON.stringify({ packages: locked }));
    expect(inspect({ ...sandbox.context, isCheckout: false })).toEqual({
      ok: true,
      version: '0.0.0',
      source: 'installed package',
    });
  } finally {
    sandbox.remove();
  }
});
