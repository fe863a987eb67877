// The least that can stand between a model and a reader: each socket is sent the model's text, delta by
// delta, as frames of the same form as the server's. SOURCE is the model's URL.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { WebSocketServer } from 'ws';

const DATA = 'data: ';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', () => void relay(socket));
});
server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}`));

async function relay(socket) {
  const response = await fetch(`${process.env.SOURCE}/v1/messages`, { method: 'POST', body: '{}' });
  let seq = 0;
  for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
    if (!line.startsWith(DATA)) continue;
    const event = JSON.parse(line.slice(DATA.length));
    if (event.type !== 'content_block_delta') continue;
    seq += 1;
    const data = { replyId: 'relayed', seq, text: event.delta.text };
    socket.send(JSON.stringify({ event: 'token', data }));
  }
  socket.send('{"event":"done","data":{}}');
}
