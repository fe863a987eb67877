import { connect } from 'node:net';

/** Everything that a server answers to a request as it is written here, until the connection closes. */
export function askRaw(url: string, lines: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined).once('close', () => resolve(answer));
    socket.write([...lines, '', ''].join('\r\n'));
  });
}
