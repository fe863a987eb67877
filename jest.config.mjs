import { connect } from 'node:net';
import { bundledLibraries } from './test/support/libraries.mjs';

const REDIS_TEST_URL = process.env.REDIS_TEST_URL ?? 'redis://127.0.0.1:6379';

const libraries = await bundledLibraries();

const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'es6' },
      jsc: {
        target: 'es2023',
        keepClassNames: true,
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    },
  ],
};

const project = (displayName, testMatch, ...setupFiles) => ({
  displayName,
  testMatch,
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { ...libraries, '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.generated/'],
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/seed.mjs', ...setupFiles],
  transform,
});

const unit = project('unit', ['<rootDir>/{src,test}/**/*.spec.ts']);
const e2e = ['<rootDir>/test/**/*.e2e-spec.ts'];
/** These say themselves where the state is, or show what no state plays a part in: once is enough. */
const STATELESS = [
  'azure-devops',
  'cli(-window)?',
  'descriptors',
  'git-(bounds|root|shares)',
  'gitlab',
  'hostile',
  'inherited-names',
  'model-faults',
  'operations',
  'other-upgrades',
  'page',
  'provider-hosts',
  'refused-bodies',
  'tracing',
  'uncaught',
  'whole-answers',
];
const NEVER_ON_REDIS = [`/test/(${STATELESS.join('|')})\\.e2e-spec`];
const NEVER_IN_MEMORY = ['/test/(redis-forms|durable)\\.e2e-spec'];

/** The same end-to-end specs run twice: against a server with its state in memory, and in Redis. */
export default async () => {
  const projects = [
    unit,
    { ...project('e2e-memory', e2e), testPathIgnorePatterns: NEVER_IN_MEMORY },
  ];
  if (await isRedisReachable()) {
    projects.push({
      ...project('e2e-redis', e2e, '<rootDir>/test/support/redis.mjs'),
      testPathIgnorePatterns: NEVER_ON_REDIS,
    });
  } else if (process.env.CI) {
    throw new Error(`No Redis at REDIS_TEST_URL (${REDIS_TEST_URL}); CI does not go without.`);
  } else {
    process.stderr.write(
      `No Redis at REDIS_TEST_URL (${REDIS_TEST_URL}): the e2e specs run in memory only.\n`,
    );
  }
  return {
    projects,
    // The emulated language model speaks by chance: --seed repeats what a run has shown.
    showSeed: true,
    reporters: ['default', '<rootDir>/test/support/logs/log.reporter.mjs'],
    // One more than two processors: specs wait as often as they compute.
    maxWorkers: 3,
    // A worker keeps much of what each spec file loaded, and the larger it is, the longer it takes
    // to collect garbage and to start a git.
    workerIdleMemoryLimit: '500MB',
    // Three times what the slowest takes on a quiet machine: a busy one is no fault.
    testTimeout: 60_000,
  };
};

function isRedisReachable() {
  const { hostname, port } = new URL(REDIS_TEST_URL);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 1_000 });
    const answer = (reachable) => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
