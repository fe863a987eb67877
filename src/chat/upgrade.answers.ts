import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455, 4.2.1: the one upgrade there is here; clients offer others, such as h2c, unasked. */
export function asksForSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Resolves when everything that was asked for before on this connection has been answered: what is
 * written to it earlier would stand in the middle of an answer.
 */
export async function whenEarlierAnswered(socket: Duplex): Promise<void> {
  for (let answer = underWay(socket); answer; answer = underWay(socket)) {
    await closed(answer);
  }
}

/**
 * Serves a request as if it had offered no upgrade, which RFC 9110, 7.8 allows: its connection is
 * given to the server anew, as one that begins with the same request without the offer. Java's
 * HttpClient offers h2c with whatever it asks first, bodies included
 * (https://docs.oracle.com/en/java/javase/21/docs/api/java.net.http/java/net/http/HttpClient.Version.html).
 * @param rest What came behind the headers.
 */
export function serveWithoutUpgrade(
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
  rest: Buffer,
): void {
  if (socket.destroyed) return;
  socket.unshift(Buffer.concat([headWithoutOffer(request), rest]));
  server.emit('connection', socket);
}

const closed = (answer: ServerResponse): Promise<void> =>
  new Promise((resolve) => answer.once('close', resolve));

function headWithoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${String(method)} ${String(url)} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const kept = name.toLowerCase() === 'connection' ? otherOptions(value) : value;
    if (!/^(upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${kept}`);
  }
  // Node reads headers as Latin-1.
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** What a Connection header says beside the upgrade. */
function otherOptions(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !/^(upgrade|http2-settings)$/i.test(option)).join(', ');
}

/** Node notes the answer whose turn it is on the connection; there is no other way to know of it. */
function underWay(socket: Duplex): ServerResponse | undefined {
  const { _httpMessage } = socket as Duplex & { readonly _httpMessage?: ServerResponse | null };
  return _httpMessage ?? undefined;
}
