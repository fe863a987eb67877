import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import type { Identity } from '../auth/session.js';
import { SessionSocket } from './session-socket.js';
import { SocketTimes } from './socket.times.js';

/** The connection beneath, which takes whatever is sent at once. */
class Connection extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly bufferedAmount = 0;
  readonly sent: string[] = [];

  send(text: string, done: () => void): void {
    this.sent.push(text);
    done();
  }

  close(): void {
    this.readyState = 3;
    this.emit('close');
  }
}

const { heartbeatMs } = new SocketTimes();
const HEARTBEAT = '{"event":"heartbeat","data":{}}';

describe('the heartbeat of a socket', () => {
  let connection: Connection;
  let socket: SessionSocket;
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    connection = new Connection();
    const asSocket = connection as unknown as WebSocket;
    socket = new SessionSocket(asSocket, {} as Identity, heartbeatMs, () => undefined);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('comes after fifteen seconds without a frame, again and again, while something is followed', async () => {
    expect(heartbeatMs).toBe(15_000);
    socket.beginFollowing('one');
    await pass(heartbeatMs - 1);
    expect(connection.sent).toEqual([]);
    await pass(1);
    expect(connection.sent).toEqual([HEARTBEAT]);
    await pass(2 * heartbeatMs);
    expect(connection.sent).toEqual([HEARTBEAT, HEARTBEAT, HEARTBEAT]);
  });

  it('waits from the last frame, whatever that was', async () => {
    socket.beginFollowing('one');
    await pass(heartbeatMs - 1);
    await socket.send({ event: 'token', data: {} });
    await pass(heartbeatMs - 1);
    expect(connection.sent).not.toContain(HEARTBEAT);
    await pass(1);
    expect(connection.sent).toContain(HEARTBEAT);
  });

  it('is that of a socket, not of each reply, and ends with the last of them', async () => {
    const [one, other] = ['one', 'other'].map((id) => socket.beginFollowing(id));
    if (one) socket.endFollowing('one', one);
    await pass(heartbeatMs);
    expect(connection.sent).toEqual([HEARTBEAT]);
    if (other) socket.endFollowing('other', other);
    await pass(4 * heartbeatMs);
    expect(connection.sent).toEqual([HEARTBEAT]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not come while nothing is followed, nor when the socket has closed', async () => {
    await socket.send({ event: 'error', data: {} });
    await pass(2 * heartbeatMs);
    socket.beginFollowing('one');
    connection.close();
    await pass(2 * heartbeatMs);
    expect(connection.sent).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
