import { Readable } from 'node:stream';
import type { Frame } from './reply.message.js';

const KEEP_ALIVE_MS = 15_000;
/** A reader that leaves its buffers full for so long has gone; it resumes with Last-Event-ID. */
const STALLED_MS = 60_000;
const BUFFER_BYTES = 16 * 1024;

/**
 * Frames as a `text/event-stream` body (https://html.spec.whatwg.org/multipage/server-sent-events.html):
 * the frame's `seq` is the event's id, so that a browser resumes by itself with Last-Event-ID. Reads
 * the frames only as fast as the client takes them, and sends a comment when there is none for a
 * while, so that proxies keep the connection.
 */
export function toEventStream(frames: AsyncGenerator<Frame, void>): Readable {
  const stream = Readable.from(patiently(lines(frames)), {
    objectMode: false,
    highWaterMark: BUFFER_BYTES,
  });
  return stream;

  /** Gives a reader who takes nothing for so long up: its connection would outlive its reply. */
  async function* patiently(texts: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
    for await (const text of texts) {
      const timer = setTimeout(() => stream.destroy(), STALLED_MS);
      yield text;
      clearTimeout(timer);
    }
  }
}

async function* lines(frames: AsyncGenerator<Frame, void>): AsyncGenerator<string, void> {
  try {
    let next = frames.next();
    for (;;) {
      const result = await within(KEEP_ALIVE_MS, next);
      if (!result) {
        yield ': keep-alive\n\n';
        continue;
      }
      if (result.done) return;
      yield toText(result.value);
      next = frames.next();
    }
  } finally {
    await frames.return();
  }
}

function toText({ event, data }: Frame): string {
  const id = typeof data.seq === 'number' ? `id: ${String(data.seq)}\n` : '';
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What the promise gives, or undefined when that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
