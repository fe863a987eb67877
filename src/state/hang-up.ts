import { Cluster, type Redis } from 'ioredis';

/** The end of a command's time, begun when the event loop has come round: what arrived is read by then. */
const LAST_CHANCE_MS = 50;

/**
 * Ends a command that is not answered in time, and the connection with it: all that waits there would
 * wait in vain, and what is asked until there is a new one fails at once instead of waiting in its
 * turn. Unlike ioredis's own time-outs this one does not take a busy process for a silent Redis.
 * @param client A connection; or a cluster, of which only the commands end: each of its nodes is to be given, too.
 * @param patienceMs What a command is given, in milliseconds; more than 50.
 */
export function hangUpWhenSilent(client: Redis | Cluster, patienceMs: number): void {
  const send = client.sendCommand.bind(client) as Redis['sendCommand'];
  const sendInTime: Redis['sendCommand'] = (command, destination) => {
    const giveUp = (): void => {
      const silence = new Error(`no answer within ${String(patienceMs)} ms`);
      command.reject(silence);
      if (!(client instanceof Cluster)) client.stream.destroy(silence);
    };
    let timer = setTimeout(() => {
      timer = setTimeout(giveUp, LAST_CHANCE_MS);
    }, patienceMs - LAST_CHANCE_MS);
    const stopWaiting = (): void => {
      clearTimeout(timer);
    };
    command.promise.then(stopWaiting, stopWaiting);
    return send(command, destination);
  };
  client.sendCommand = sendInTime;
}
