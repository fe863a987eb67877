import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

/**
 * Holds every connection from its first moment to the end of the server. Node takes its own error
 * listener off a connection that it hands on with an upgrade
 * (https://nodejs.org/docs/latest-v20.x/api/http.html#event-upgrade); one that is reset then would end
 * the process. This listener stays, whoever has the connection. What is left when the server closes,
 * such as a connection that was refused and whose client has not hung up, is destroyed.
 */
export function holdConnections(fastify: FastifyInstance): void {
  const open = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    // Serving a request without the upgrade it offered announces its connection again.
    if (open.has(socket)) return;
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('onClose', (_instance, done) => {
    for (const socket of open) socket.destroy();
    done();
  });
}
