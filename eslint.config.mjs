import boundaries from 'eslint-plugin-boundaries';
import regexp from 'eslint-plugin-regexp';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The rooms of the house: where each one is. A file belongs to exactly one. */
const ROOMS = {
  app: ['src/*.ts'],
  cli: ['src/cli/**'],
  page: ['src/page/**'],
  chat: ['src/chat/**'],
  recap: ['src/recap/**'],
  auth: ['src/auth/**'],
  providers: ['src/providers/*.ts'],
  'providers/http': ['src/providers/http/**'],
  'providers/github': ['src/providers/github/**'],
  'providers/gitlab': ['src/providers/gitlab/**'],
  'providers/azure-devops': ['src/providers/azure-devops/**'],
  'providers/git': ['src/providers/git/**'],
  ops: ['src/ops/**'],
  state: ['src/state/**'],
  config: ['src/config/**'],
  errors: ['src/errors/**'],
  test: ['test/**'],
};
/** Specs live in every room. */
const SPEC = { category: 'spec', pattern: ['src/**/*.spec.ts'] };

const FOUNDATION = ['state', 'config', 'errors'];
const PROVIDERS = Object.keys(ROOMS).filter((room) => room.startsWith('providers'));
const ADAPTER_IMPORTS = ['providers', 'providers/http', ...FOUNDATION];

/** Which other rooms a room may import. Past sign-in, nobody knows which providers there are. */
const IMPORTS = {
  app: Object.keys(ROOMS).filter((room) => room !== 'test'),
  cli: ['app'],
  page: ['auth', 'config', 'errors'],
  chat: ['recap', 'auth', 'providers', 'ops', ...FOUNDATION],
  recap: ['auth', 'providers', ...FOUNDATION],
  auth: [...PROVIDERS, ...FOUNDATION],
  providers: [...PROVIDERS, ...FOUNDATION],
  'providers/http': ['providers', ...FOUNDATION],
  'providers/github': ADAPTER_IMPORTS,
  'providers/gitlab': ADAPTER_IMPORTS,
  'providers/azure-devops': ADAPTER_IMPORTS,
  'providers/git': ADAPTER_IMPORTS,
  ops: ['auth', 'providers/http', ...FOUNDATION],
  state: ['config', 'errors'],
  config: ['errors'],
  errors: [],
};

const inRoom = (...rooms) => ({ file: { categories: { anyOf: rooms } } });

const borders = {
  plugins: { boundaries },
  files: ['src/**/*.ts'],
  settings: {
    'import/resolver': { typescript: true },
    'boundaries/files': [
      ...Object.entries(ROOMS).map(([category, pattern]) => ({ category, pattern })),
      SPEC,
    ],
  },
  rules: {
    'boundaries/no-unknown-files': 'error',
    'boundaries/dependencies': [
      'error',
      {
        default: 'disallow',
        checkInternals: true,
        checkUnknownLocals: true,
        message:
          '{{from.file.categories}} must not import {{to.file.categories}} ({{dependency.source}})',
        policies: [
          ...Object.entries(IMPORTS).map(([room, others]) => ({
            from: inRoom(room),
            allow: { to: inRoom(room, ...others) },
          })),
          { from: inRoom('spec'), allow: { to: inRoom('test') } },
        ],
      },
    ],
  },
};

/** Words for rules of the house that are no rules of a plugin. */
const house = {
  linterOptions: { noInlineConfig: true },
  rules: {
    curly: ['error', 'multi-line'],
    eqeqeq: 'error',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'no-console': 'error',
    'no-restricted-syntax': [
      'error',
      { selector: 'TSEnumDeclaration', message: 'Use an `as const` union.' },
      { selector: 'ExportAllDeclaration', message: 'Import from the file itself: no barrels.' },
    ],
  },
};

const typed = {
  files: ['**/*.ts'],
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    // Nest modules are classes that carry nothing but a decorator.
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    // DTOs are classes for the sake of their decorators; plain objects of that shape are answers too.
    '@typescript-eslint/no-misused-spread': 'off',
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    // `async` is how a method of an asynchronous port turns a throw into a rejection.
    '@typescript-eslint/require-await': 'off',
    // An aborted signal's reason is whatever its owner gave, and is passed on as it is.
    '@typescript-eslint/only-throw-error': [
      'error',
      { allowThrowingAny: true, allowThrowingUnknown: true },
    ],
    // The API documents are made from the types that properties of DTOs declare.
    '@typescript-eslint/no-inferrable-types': ['error', { ignoreProperties: true }],
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // `||` is how an empty text gives way to a default.
    '@typescript-eslint/prefer-nullish-coalescing': [
      'error',
      { ignorePrimitives: { string: true } },
    ],
    '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  },
};

/**
 * Whoever writes a commit, a header or a question chooses what our patterns look at: none may take
 * more than linear time of it. These rules do not see loops, nor patterns put together at run time.
 */
const linear = {
  plugins: { regexp },
  files: ['src/**'],
  ignores: ['**/*.spec.ts'],
  rules: {
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': ['error', { report: 'potential' }],
  },
};

/** What a server answered is `any` to supertest and JSON.parse; specs look at it by expecting. */
const specs = {
  files: ['**/*.spec.ts', 'test/**/*.ts'],
  rules: {
    '@typescript-eslint/no-floating-promises': [
      'error',
      {
        // Node's own tests are begun one by one, and waited for by whoever runs them.
        allowForKnownSafeCalls: [
          { from: 'package', package: 'node:test', name: ['describe', 'it'] },
        ],
      },
    ],
    '@typescript-eslint/no-non-null-assertion': 'off',
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-call': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
    '@typescript-eslint/unbound-method': 'off',
  },
};

/** Their types are generated, and on a fresh clone not there yet. */
const clients = {
  files: ['test/clients/*.ts'],
  rules: { '@typescript-eslint/no-redundant-type-constituents': 'off' },
};

const printing = {
  files: ['src/cli/**', 'test/{bench,built,chaos,chart,clients,image}/**'],
  rules: { 'no-console': 'off' },
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.generated/']),
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.strict, tseslint.configs.stylistic] },
  typed,
  house,
  borders,
  linear,
  specs,
  clients,
  printing,
);
