const target = { jsc: { target: 'es2022' }, module: { type: 'commonjs' } };

/**
 * A test file's globals are looked up through an interceptor of its sandbox, which makes arithmetic twice as slow as it
 * is in Node; these are handed in as variables. None that fake timers replace.
 */
const sandboxInjectedGlobals = [
  'Array',
  'Buffer',
  'Error',
  'Float32Array',
  'Float64Array',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'Promise',
  'Set',
  'String',
  'Symbol',
  'Uint8Array',
  'WeakMap',
];

/** Compiled by swc, which checks no types: `npm run typecheck` does. */
const shared = {
  testEnvironment: 'node',
  sandboxInjectedGlobals,
  transform: {
    '\\.ts$': ['@swc/jest', { ...target, jsc: { ...target.jsc, parser: { syntax: 'typescript' } } }],
    // Ships ES modules only, which jest does not load.
    '/hyparquet[^/]*/.*\\.js$': ['@swc/jest', target],
  },
  transformIgnorePatterns: ['/node_modules/(?!hyparquet)'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

/** @type {import('jest').Config} */
module.exports = {
  // Real servers and trainers take seconds on a busy machine; a test that hangs is still found.
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.real\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'real',
      testMatch: ['<rootDir>/test/**/*.real.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
