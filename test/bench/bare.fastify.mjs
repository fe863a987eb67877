// The least that can answer: one Fastify route that sends what BODY holds.
import Fastify from 'fastify';

const body = Buffer.from(process.env.BODY);

const fastify = Fastify();
fastify.get('/', (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
process.stdout.write(`${await fastify.listen({ port: 0, host: '127.0.0.1' })}\n`);
