import { Cluster, type Redis } from 'ioredis';

/** The end of a command's time, begun when the event loop has come round: what is sent late is answered by then. */
const LAST_CHANCE_MS = 150;
/** The slowest network that a deployment may have, 512 KiB a second: what is large may take its time. */
const BYTES_A_MS = 524;
const MAX_ALLOWANCE_MS = 5_000;

/**
 * Ends a command that is not answered in time, and, where nothing came meanwhile, the connection with
 * it: all that waits there would wait in vain, and what is asked until there is a new one fails at
 * once instead of waiting in its turn. Unlike ioredis's own time-outs this one does not take a busy
 * process for a silent Redis, as what has arrived is read first; nor a large write or read for
 * silence: a command has more time for every byte that has to arrive before its answer can, or that
 * has come meanwhile (answers come in order, so it is of this answer or of one before it), and a
 * connection that still writes is none that hangs.
 * @param client A connection; or a cluster, of which only the commands end: each of its nodes is to be given, too.
 * @param patienceMs What a small command is given, in milliseconds; more than 150.
 */
export function hangUpWhenSilent(client: Redis | Cluster, patienceMs: number): void {
  const send = client.sendCommand.bind(client) as Redis['sendCommand'];
  let unansweredBytes = 0;
  const sendInTime: Redis['sendCommand'] = (command, destination) => {
    // Typed as non-null, but undefined until the first connection.
    const stream = client instanceof Cluster ? undefined : (client.stream as Stream | undefined);
    const heard = stream?.bytesRead ?? 0;
    const bytes = sizeOf(command.args);
    unansweredBytes += bytes;
    const bytesBefore = unansweredBytes;
    const heardSince = (): number => (stream?.bytesRead ?? 0) - heard;
    const limitNow = (): number => patienceMs + allowance(bytesBefore + heardSince());
    let limitMs = limitNow();
    const giveUp = (unsentBefore: number): void => {
      if (command.isResolved) return;
      const furtherMs = limitNow() - limitMs;
      if (furtherMs >= LAST_CHANCE_MS) {
        limitMs += furtherMs;
        wait(furtherMs);
        return;
      }
      const silence = new Error(`no answer within ${String(limitMs)} ms`);
      command.reject(silence);
      const unsent = unsentOf(stream);
      const stillWrites = unsent > 0 && unsent < unsentBefore;
      if (heardSince() === 0 && !stillWrites) stream?.destroy(silence);
    };
    let timer: NodeJS.Timeout | undefined;
    const wait = (ms: number): void => {
      timer = setTimeout(() => {
        const unsent = unsentOf(stream);
        timer = setTimeout(() => setImmediate(giveUp, unsent), LAST_CHANCE_MS);
      }, ms - LAST_CHANCE_MS);
    };
    wait(limitMs);
    const stopWaiting = (): void => {
      unansweredBytes -= bytes;
      clearTimeout(timer);
    };
    command.promise.then(stopWaiting, stopWaiting);
    return send(command, destination);
  };
  client.sendCommand = sendInTime;
}

/** What is large has more time, in milliseconds. */
const allowance = (bytes: number): number =>
  Math.min(MAX_ALLOWANCE_MS, Math.floor(bytes / BYTES_A_MS));

type Stream = Redis['stream'] & {
  readonly bytesRead: number;
  readonly writableLength: number;
  /** Node's own, for the same end: https://github.com/nodejs/node/blob/v22.0.0/lib/net.js#L581-L601 */
  readonly _handle?: { readonly writeQueueSize?: number } | null;
};

/** The bytes that the system has not taken yet. A write that is under way counts as a whole until it is done. */
function unsentOf(stream: Stream | undefined): number {
  if (!stream) return 0;
  return stream.writableLength && stream.writableLength + (stream._handle?.writeQueueSize ?? 0);
}

/** Of a command's arguments, roughly: those that are large are strings and buffers. */
function sizeOf(args: readonly unknown[]): number {
  return args.reduce<number>(
    (sum, arg) => sum + (typeof arg === 'string' || Buffer.isBuffer(arg) ? arg.length : 0),
    0,
  );
}
