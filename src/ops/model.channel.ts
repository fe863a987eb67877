import { channel } from 'node:diagnostics_channel';

/** One request to a language model; nothing of what was asked or said. */
export interface ModelObservation {
  readonly model: string;
  /** `ok`, `aborted`, the HTTP status it was refused with, or `failed`. */
  readonly outcome: string;
  readonly milliseconds: number;
  /** Until the first of its answer came; absent when nothing did. */
  readonly firstMilliseconds?: number;
}

/** Where every request to a language model is announced when it has ended, for metrics and traces. */
export const MODEL_CHANNEL = 'git-recap:model-request';

const requests = channel(MODEL_CHANNEL);

/** Watches a request from now on. */
function watch(
  model: string,
  signal: AbortSignal,
): { hear: () => void; end: (error?: unknown) => void } {
  const begunAt = performance.now();
  const elapsed = (): number => performance.now() - begunAt;
  let firstMilliseconds: number | undefined;
  return {
    hear: () => {
      firstMilliseconds ??= elapsed();
    },
    end: (error) => {
      const outcome = signal.aborted ? 'aborted' : outcomeOf(error);
      const milliseconds = elapsed();
      const observation: ModelObservation = { model, outcome, milliseconds, firstMilliseconds };
      requests.publish(observation);
    },
  };
}

/** Announces a request that is answered bit by bit. */
export async function* observedStream<T>(
  model: string,
  signal: AbortSignal,
  answer: AsyncIterable<T>,
): AsyncGenerator<T> {
  const request = watch(model, signal);
  let failure: unknown;
  try {
    for await (const part of answer) {
      request.hear();
      yield part;
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    request.end(failure);
  }
}

/** Announces a request that is answered in one piece. */
export async function observedAnswer<T>(
  model: string,
  signal: AbortSignal,
  answer: Promise<T>,
): Promise<T> {
  const request = watch(model, signal);
  return answer.then(
    (whole) => {
      request.hear();
      request.end();
      return whole;
    },
    (error: unknown) => {
      request.end(error);
      throw error;
    },
  );
}

function outcomeOf(error: unknown): string {
  if (error === undefined) return 'ok';
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? String(status) : 'failed';
}
