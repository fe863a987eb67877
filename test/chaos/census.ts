import { once } from 'node:events';
import { WebSocket } from 'ws';

/** What is alive in a process once its garbage is collected. */
export interface Census {
  /** On event emitters and abort signals, of all together. */
  readonly listeners: number;
  /** On the one of them that has the most. */
  readonly onOne: number;
  /** MiB of JavaScript's objects. */
  readonly heap: number;
}

/** Runs in the process that is looked into. */
const COUNT = `function (signals) {
  const events = process.getBuiltinModule('node:events');
  const onEmitter = (one) =>
    one._events === undefined || !(one instanceof events.EventEmitter)
      ? 0
      : one.eventNames().reduce((sum, name) => sum + one.listenerCount(name), 0);
  const counts = [
    ...this.map(onEmitter),
    ...signals.map((one) => {
      try {
        return events.getEventListeners(one, 'abort').length;
      } catch {
        return 0; // The prototype itself.
      }
    }),
  ];
  return {
    listeners: counts.reduce((sum, count) => sum + count, 0),
    onOne: counts.reduce((most, count) => Math.max(most, count), 0),
    heap: process.memoryUsage().heapUsed / 1024 ** 2,
  };
}`;

interface Answer {
  readonly id: number;
  readonly result: {
    readonly result?: { readonly objectId: string; readonly value: unknown };
    readonly objects?: { readonly objectId: string };
  };
  readonly error?: { readonly message: string };
}

/**
 * Asks through Node's inspector, which collects the garbage first and so holds the process up for a moment.
 * https://chromedevtools.github.io/devtools-protocol/v8/Runtime/
 * @param port Where the process was told to let itself be inspected.
 * @throws Error when it does not.
 */
export async function takeCensus(port: number): Promise<Census> {
  const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(list[0]!.webSocketDebuggerUrl);
  await once(socket, 'open');
  try {
    const emitters = await living(socket, `process.getBuiltinModule('node:events').prototype`);
    const signals = await living(socket, 'AbortSignal.prototype');
    const { result } = await ask(socket, 'Runtime.callFunctionOn', {
      objectId: emitters,
      functionDeclaration: COUNT,
      arguments: [{ objectId: signals }],
      returnByValue: true,
    });
    return result!.value as Census;
  } finally {
    socket.close();
    await once(socket, 'close');
  }
}

/** @returns the inspector's name of an array of all objects with that prototype. */
async function living(socket: WebSocket, prototype: string): Promise<string> {
  const { result } = await ask(socket, 'Runtime.evaluate', { expression: prototype });
  const { objects } = await ask(socket, 'Runtime.queryObjects', {
    prototypeObjectId: result!.objectId,
  });
  return objects!.objectId;
}

let questions = 0;

async function ask(socket: WebSocket, method: string, params: object): Promise<Answer['result']> {
  const id = (questions += 1);
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    const answer = JSON.parse(data.toString('utf8')) as Answer;
    if (answer.id !== id) continue;
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }
}
