import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { GithubEmulator } from '../../test/support/github.emulator.js';
import { seededWorld } from '../../test/support/world/seeded.world.js';
import { EnvironmentModule } from '../config/environment.module.js';
import { BaseFetcher } from './base.fetcher.js';
import { PROVIDERS } from './connection.js';
import { ProvidersModule } from './providers.module.js';
import { RoutingFetcher } from './routing.fetcher.js';

describe('RoutingFetcher', () => {
  const never = new AbortController().signal;
  let emulator: GithubEmulator;
  let app: TestingModule;

  beforeAll(async () => {
    emulator = await GithubEmulator.start(seededWorld());
    const environment = EnvironmentModule.forRoot({
      NODE_ENV: 'test',
      GITHUB_API_URL: emulator.url,
    });
    app = await Test.createTestingModule({
      imports: [await environment, ProvidersModule],
    }).compile();
  });
  afterAll(async () => {
    await app.close();
    await emulator.stop();
  });

  it('is what one gets who asks for a fetcher', () => {
    expect(app.get(BaseFetcher)).toBe(app.get(RoutingFetcher));
  });

  it('asks the provider of the connection', async () => {
    const fetcher = app.get(BaseFetcher);
    const request = { provider: 'github', token: GithubEmulator.TOKEN } as const;
    const connection = await fetcher.connect(request, never);
    const { repositories } = await fetcher.getRepositories(connection, never);
    expect(repositories).toHaveLength(emulator.world.repositories.length);
  });

  it.each(PROVIDERS.filter((provider) => provider !== 'git'))('knows %s', async (provider) => {
    const asking = app.get(BaseFetcher).connect({ provider, organization: 'fabrikam' }, never);
    const errors = [expect.objectContaining({ field: 'token' })];
    await expect(asking).rejects.toMatchObject({ code: 'invalid_request', errors });
  });
});
