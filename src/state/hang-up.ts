import { Cluster, type Redis } from 'ioredis';

/** The end of a command's time, begun when the event loop has come round: what is sent late is answered by then. */
const LAST_CHANCE_MS = 150;

/**
 * Ends a command that is not answered in time, and, where nothing came meanwhile, the connection with
 * it: all that waits there would wait in vain, and what is asked until there is a new one fails at
 * once instead of waiting in its turn. Unlike ioredis's own time-outs this one does not take a busy
 * process for a silent Redis: what has arrived is read first.
 * @param client A connection; or a cluster, of which only the commands end: each of its nodes is to be given, too.
 * @param patienceMs What a command is given, in milliseconds; more than 150.
 */
export function hangUpWhenSilent(client: Redis | Cluster, patienceMs: number): void {
  const send = client.sendCommand.bind(client) as Redis['sendCommand'];
  const sendInTime: Redis['sendCommand'] = (command, destination) => {
    // Declared as always there, it is not before the first connection.
    const stream = client instanceof Cluster ? undefined : (client.stream as Stream | undefined);
    const heard = stream?.bytesRead;
    const giveUp = (): void => {
      if (command.isResolved) return;
      const silence = new Error(`no answer within ${String(patienceMs)} ms`);
      command.reject(silence);
      if (stream?.bytesRead === heard) stream?.destroy(silence);
    };
    let timer = setTimeout(() => {
      timer = setTimeout(() => setImmediate(giveUp), LAST_CHANCE_MS);
    }, patienceMs - LAST_CHANCE_MS);
    const stopWaiting = (): void => {
      clearTimeout(timer);
    };
    command.promise.then(stopWaiting, stopWaiting);
    return send(command, destination);
  };
  client.sendCommand = sendInTime;
}

type Stream = Redis['stream'] & { readonly bytesRead: number };
