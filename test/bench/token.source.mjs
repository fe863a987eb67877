// A language model's API that says nothing but the time: each token is when it was sent, in microseconds
// of the clock that all processes of a machine have in common. TOKENS of them, 50 a second; a recap, which
// only has to be there to be asked about, is one.
import { createServer } from 'node:http';

const TOKENS = Number(process.env.TOKENS);
const EVERY_MS = 20;

const send = (response, event) =>
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

function speak(response, model, tokens) {
  const usage = { input_tokens: 100, output_tokens: 1 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [] };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send(response, {
    type: 'message_start',
    message: { ...message, stop_reason: null, stop_sequence: null, usage },
  });
  const content_block = { type: 'text', text: '', citations: null };
  send(response, { type: 'content_block_start', index: 0, content_block });
  const say = (text) =>
    send(response, { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
  let said = 0;
  say('- ');
  const timer = setInterval(() => {
    if (said < tokens) {
      said += 1;
      // A word is shown when it has ended: with its space, this one ends at once.
      say(`${process.hrtime.bigint() / 1000n} `);
      return;
    }
    clearInterval(timer);
    say('\n');
    send(response, { type: 'content_block_stop', index: 0 });
    const delta = { stop_reason: 'end_turn', stop_sequence: null };
    send(response, { type: 'message_delta', delta, usage: { output_tokens: tokens } });
    send(response, { type: 'message_stop' });
    response.end();
  }, EVERY_MS);
  response.once('close', () => clearInterval(timer));
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => (body += piece));
  request.on('end', () => {
    if (request.url.endsWith('/count_tokens')) {
      response.end('{"input_tokens":100}');
      return;
    }
    const { model, messages } = JSON.parse(body);
    speak(response, model, messages?.length === 1 ? 1 : TOKENS);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
