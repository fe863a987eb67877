import type { LlmMessage, LlmStep } from './llm.emulator.js';
import type { MessagesRequest } from './llm.request.js';

/** How this server asks a model to go on. */
const ASKED_TO_GO_ON = 'The connection broke off. Go on from exactly where';

/**
 * The message, as a model goes on with it that is shown how far it came; the whole of it where the
 * request is a new one.
 * @throws Error when it is shown what is not the beginning of the message.
 */
export const goOnWith = (message: LlmMessage, request: MessagesRequest): LlmMessage => {
  const said = saidIn(request);
  return said === undefined ? message : { ...message, steps: [...after(message.steps, said)] };
};

const saidIn = ({ messages }: MessagesRequest): string | undefined => {
  const [before, last] = messages.slice(-2);
  if (typeof last?.content !== 'string' || !last.content.startsWith(ASKED_TO_GO_ON)) {
    return undefined;
  }
  return typeof before?.content === 'string' ? before.content : undefined;
};

function* after(steps: readonly LlmStep[], said: string): Generator<LlmStep> {
  let left = said;
  for (const step of steps) {
    if (left === '' || !('text' in step)) {
      yield step;
      continue;
    }
    const text = [step.text].flat().join('');
    if (!text.startsWith(left) && !left.startsWith(text)) {
      throw new Error(`the model never said ${JSON.stringify(left.slice(0, 80))}`);
    }
    const rest = text.slice(left.length);
    left = left.slice(text.length);
    // What it has just said it may still cite.
    if (left === '') yield { ...step, text: rest === '' ? [] : rest };
  }
  if (left !== '') throw new Error(`the model never said ${JSON.stringify(left)}`);
}
