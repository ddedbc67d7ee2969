import js from '@eslint/js';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

const HOUSE = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Draw from a seed.' }],
  'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: 60 }],
};

const TYPED = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-readonly': 'error',
  '@typescript-eslint/return-await': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

/** What a replay of a workflow would see differently. */
const NOT_DETERMINISTIC = [
  ...['Buffer', 'FinalizationRegistry', 'WeakRef', '__dirname', '__filename', 'crypto', 'fetch', 'performance'],
  ...['process', 'queueMicrotask', 'require', 'setImmediate', 'setInterval', 'setTimeout'],
];

const DETERMINISTIC = {
  'no-restricted-globals': [
    'error',
    ...NOT_DETERMINISTIC.map((name) => ({ name, message: 'A replay would see another: pass its value in.' })),
    { name: 'Date', message: "Take times from measurements, or from the workflow's own clock in driver/." },
  ],
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      paths: builtinModules.flatMap((name) => [name, `node:${name}`]),
      patterns: [
        { regex: '^(?!\\.|@temporalio/workflow$)', message: 'The bundle holds the SDK and our own code only.' },
      ],
    },
  ],
};

const NODE_GLOBALS = [
  ...['Buffer', '__dirname', 'clearInterval', 'clearTimeout', 'console', 'module', 'performance', 'process'],
  ...['require', 'setInterval', 'setTimeout'],
];

export default tseslint.config(
  { ignores: ['dist/', '.stepwell/', '**/fixtures/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { extends: [js.configs.recommended], rules: HOUSE },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    // The type checker knows the first four better.
    rules: {
      'no-undef': 'off',
      'no-unused-vars': 'off',
      'no-redeclare': 'off',
      'no-dupe-class-members': 'off',
      // Controls are what the code escapes, and what its tests look for.
      'no-control-regex': 'off',
      ...TYPED,
    },
  },
  {
    files: ['workflows/**/*.ts'],
    // Schemas for people, of which the bundle takes the types only, and the one clock, which is the workflow's own.
    ignores: ['workflows/spec/**', 'workflows/**/options.ts', 'workflows/driver/control/clock.ts'],
    rules: DETERMINISTIC,
  },
  {
    files: ['**/*.cjs', '**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
  },
  {
    files: ['test/**'],
    rules: {
      // Clean-up runs after a set-up that failed half-way, too.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  // A suite is a function only in name.
  { files: ['test/**'], ignores: ['test/support/**'], rules: { 'max-lines-per-function': 'off' } },
);
