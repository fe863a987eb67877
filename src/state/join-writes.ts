import type { Redis } from 'ioredis';

/**
 * Lets a connection hand over all commands of one turn of the event loop together: a system call for
 * each was a fifth of what a request cost. Unlike ioredis's own pipelining it leaves alone when a
 * command fails, is late or is sent elsewhere by a cluster.
 */
export function joinWrites(client: Redis): void {
  const send = client.sendCommand.bind(client);
  let joining: Redis['stream'] | undefined;
  client.sendCommand = (command, destination) => {
    // Declared as always there, it is not before the first connection.
    const stream = client.stream as Redis['stream'] | undefined;
    if (stream && stream !== joining) {
      joining = stream;
      stream.cork();
      setImmediate(() => {
        joining = undefined;
        stream.uncork();
      });
    }
    return send(command, destination);
  };
}
