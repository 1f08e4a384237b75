import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const readonly = (names) => Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));
const NODE = 'process console URL setInterval clearInterval';
// Guest code has neither: of the language eslint knows, and of the runtime a shim may name these.
const NONE = Object.fromEntries(NODE.split(' ').map((name) => [name, 'off']));
const SHIM = 'Blob Buffer TextDecoder TextEncoder URL process queueMicrotask setTimeout clearTimeout setImmediate';

export default tseslint.config(
  {
    ignores: [
      ...[
        'node_modules/',
        '.hookmint/',
        'coverage/',
        'test/fixtures/',
        'test/corpus/contracts/',
        'hook-build/guest-globals.d.ts',
        'types/runtime.d.ts',
      ],
      ...['console/dist/', 'console/src/api/openapi.d.ts', 'site/dist/', 'site/pages/', 'site/.vitepress/cache/'],
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // node:test's `test` and `describe` return promises that its runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.js'],
    // Hooks as people write them, which use more than they declare.
    ignores: ['test/corpus/hooks/**', 'test/contract/hook-build-runtime.js'],
    extends: [js.configs.recommended],
    languageOptions: { globals: readonly(NODE) },
    rules: {
      'no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_' }],
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-control-regex': 'off',
    },
  },
  {
    files: ['services/hook-executor/isolate/**/*.js'],
    languageOptions: { globals: NONE },
    // An error that a standard describes has no cause of ours.
    rules: { 'preserve-caught-error': 'off' },
  },
  {
    // One expression a file, evaluated in the isolate.
    files: ['services/hook-executor/isolate/*.js', 'services/hook-executor/isolate/contracts/*.js'],
    languageOptions: { sourceType: 'script' },
  },
  {
    files: ['hook-build/shims/**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { ...NONE, ...readonly(SHIM) } },
    // A shim makes what others find.
    rules: { 'no-redeclare': ['error', { builtinGlobals: false }] },
  },
  {
    // Text before a hook's script, which uses what it declares.
    files: ['hook-build/hook-errors.js'],
    languageOptions: { sourceType: 'script', globals: NONE },
    rules: { 'no-unused-vars': 'off' },
  },
  {
    // Called by its name, which nothing exports.
    files: ['cli/hook/templates/logto.js'],
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^getCustomJwtClaims$' }] },
  },
  {
    files: ['cli/hook/templates/*.js', 'deploy/local/demo/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: readonly('InvalidRequestError InvalidScopeError ServerError') },
  },
  { files: ['deploy/compose/mongodb-users.js'], languageOptions: { sourceType: 'commonjs', globals: readonly('db') } },
);
