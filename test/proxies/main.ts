// Two built pods behind the proxies that companies have: npm run proxies
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import type { Problem } from '../../src/errors/problem.js';
import { HandshakeRefused } from '../support/socket.client.js';
import { Traffic } from '../support/traffic.js';
import { User } from './days.use.js';
import { DISCREET, TALKATIVE } from './kinds.js';
import { Proxy, type ProxyKind } from './proxy.js';
import { type Stage, startStage } from './stage.js';

const POSTS = 200;
const AT_ONCE = 8;
const SMALLEST = 100_000;
const LARGEST = 1_000_000;

const isInstalled = ({ command }: ProxyKind): boolean => {
  const [program] = command('', { port: 0, pods: [], folder: '' });
  try {
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]);
    return true;
  } catch {
    // Where everything is checked, every one of them is there.
    if (process.env.CI) throw new Error(`There is no ${program}.`);
    process.stderr.write(`No ${program}: the server is not tried behind it.\n`);
    return false;
  }
};

describe('behind a proxy', { timeout: 300_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage.stop());

  for (const kind of DISCREET.filter(isInstalled)) {
    describe(kind.name, () => {
      let proxy: Proxy;
      before(async () => {
        proxy = await Proxy.start(kind, stage.ports);
      });
      after(() => proxy.stop());

      it('everyone whose body is too large is told so, and nobody else notices', async () => {
        const user = await User.withToken(proxy.url);
        const traffic = new Traffic({
          live: async () => (await fetch(`${proxy.url}/health/live`)).status,
          session: async () => (await user.get('/session')).status,
        });
        const met = await postLarge(proxy.url);
        await traffic.stop();
        assert.deepEqual(tally(met), { '413 body_too_large': POSTS });
        const others = tally(traffic.samples.map(({ name, outcome }) => `${name} ${outcome}`));
        assert.deepEqual(Object.keys(others).toSorted(), ['live 200', 'session 200']);
      });

      it('a day’s use leaves no token and no ticket in its logs', async () => {
        const users = [
          await User.withToken(proxy.url),
          await User.atGithub(proxy.url, stage.oauth),
        ];
        for (const user of users) {
          await user.useRest();
          const bearer = async (): Promise<string> => `bearer.${user.grant.accessToken}`;
          const ticket = async (): Promise<string> => `ticket.${await user.newTicket()}`;
          for (const way of [bearer, ticket]) {
            await user.useSockets(way);
            await user.beRefused(way);
          }
        }
        const logs = await proxy.logs();
        assert.match(logs, /\/ws\//, 'it logs what it passes on');
        for (const { grant, tickets } of users) {
          assert.equal(found(logs, grant.accessToken), false);
          for (const { ticket } of tickets) assert.equal(found(logs, ticket), false);
        }
      });
    });
  }

  if (isInstalled(TALKATIVE)) {
    describe('caddy, which logs the subprotocols of sockets', () => {
      let proxy: Proxy;
      before(async () => {
        proxy = await Proxy.start(TALKATIVE, stage.ports);
      });
      after(() => proxy.stop());

      it('has no token of those who use tickets, and no ticket that still opens anything', async () => {
        const user = await User.withToken(proxy.url);
        const ticket = async (): Promise<string> => `ticket.${await user.newTicket()}`;
        await user.useRest();
        await user.useSockets(ticket);
        await user.beRefused(ticket);
        const logs = await proxy.logs();
        assert.equal(found(logs, user.grant.accessToken), false);
        for (const used of user.tickets) {
          assert.equal(found(logs, used.ticket), true, 'what is searched for can be found');
          await assert.rejects(
            user.open(`ticket.${used.ticket}`),
            (error) => error instanceof HandshakeRefused && error.problem.code === 'ticket_refused',
          );
        }
        assert.equal((await user.get('/session')).status, 200, 'the session goes on');
      });
    });
  }
});

/** Many bodies that are too large, a few at a time. */
async function postLarge(url: string): Promise<string[]> {
  const sizes = Array.from(
    { length: POSTS },
    (_, index) => SMALLEST + Math.round((index * (LARGEST - SMALLEST)) / (POSTS - 1)),
  );
  const met: string[] = [];
  const post = async (): Promise<void> => {
    for (let size = sizes.pop(); size !== undefined; size = sizes.pop()) {
      const answer = await fetch(`${url}/clone`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ path: 'x'.repeat(size) }),
      });
      const text = await answer.text();
      const isProblem = answer.headers.get('content-type')?.includes('problem+json');
      const { code } = isProblem ? (JSON.parse(text) as Problem) : { code: text.slice(0, 80) };
      met.push(`${answer.status} ${code}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, post));
  return met;
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Also where a log has cut it: its last part is the one that makes a token valid. */
function found(logs: string, secret: string): boolean {
  return [secret, ...secret.split('.').slice(1)].some((part) => logs.includes(part));
}
