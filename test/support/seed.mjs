import { jest } from '@jest/globals';

// What is left to chance in a run is repeated with the seed that Jest prints: npm test -- --seed=…
process.env.TEST_SEED = String(jest.getSeed());
