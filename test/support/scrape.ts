import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import { GitlabEmulator } from './gitlab.emulator.js';
import { startLlmEmulator } from './llm.emulator.js';
import { TestServer } from './server.js';
import { seededWorld } from './world/seeded.world.js';

export async function scrapeOf(server: TestServer): Promise<string> {
  return (await server.get<string>('/metrics')).body;
}

/**
 * A server that has asked a provider and a language model that was overloaded at
 * first, written a recap over a socket, and whose provider asked it to wait.
 */
export async function useEverything(): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const gitlab = await GitlabEmulator.start(seededWorld());
  const llm = await startLlmEmulator((_body, index) =>
    index === 0
      ? { status: 529, type: 'overloaded_error' }
      : { steps: [{ text: '- It was done.\n', cites: [0] }], outputTokens: 20 },
  );
  const server = await TestServer.start({
    GITLAB_URL: gitlab.url,
    ANTHROPIC_API_KEY: 'sk-test',
    ANTHROPIC_BASE_URL: llm.url,
  });
  const wish = { provider: 'gitlab', token: GitlabEmulator.TOKEN };
  const { body: grant } = await server.post<SessionGrantDto>('/pat', wish);
  const socket = await server.connect(grant);
  socket.send('recap', { since: '2025-06-10', until: '2025-06-30', bullets: 1 });
  await socket.waitForEvent('done');
  await socket.close();
  return {
    server,
    stop: async () => {
      await server.stop();
      await Promise.all([gitlab.stop(), llm.close()]);
    },
  };
}
