import type { ReceivedFrame } from './socket.client.js';

export interface StreamedEvent extends ReceivedFrame {
  readonly id?: string;
}

/** The events of a `text/event-stream` body; comments are left out. */
export function readEventStream(body: string): StreamedEvent[] {
  return body
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => {
      const fields = new Map(
        block.split('\n').map((line) => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      return {
        id: fields.get('id'),
        event: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? '{}') as ReceivedFrame['data'],
      };
    });
}
