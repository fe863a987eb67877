// The least that can answer: one Fastify route that sends the bytes it is given on standard input.
import Fastify from 'fastify';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const body = Buffer.concat(chunks);

const fastify = Fastify();
fastify.get('/', (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
process.stdout.write(`${await fastify.listen({ port: 0, host: '127.0.0.1' })}\n`);
