import { Chance } from './chance.js';
import type { LlmMessage, LlmStep } from './llm.emulator.js';
import type { MessagesRequest } from './llm.request.js';

/** How this server asks a model to go on. */
const ASKED_TO_GO_ON = 'The connection broke off. Go on from exactly where';

/**
 * The message, as a model goes on with it that is shown how far it came; the whole of it where the
 * request is a new one. By the seed of the run it does as it was asked, or says again what it had
 * said, all or the last line, perhaps in another case, with another marker, or behind an announcement.
 * @throws Error when it is shown what is not the beginning of the message.
 */
export const goOnWith = (message: LlmMessage, request: MessagesRequest): LlmMessage => {
  const said = saidIn(request);
  if (said === undefined) return message;
  const again = sayAgain(said, new Chance(`going on behind ${said}`));
  const rest = [...after(message.steps, said)];
  return { ...message, steps: again === '' ? rest : [{ text: again }, ...rest] };
};

/** The same, with nothing but what comes next. */
export const goOnExactly = (message: LlmMessage, request: MessagesRequest): LlmMessage => {
  const said = saidIn(request);
  return said === undefined ? message : { ...message, steps: [...after(message.steps, said)] };
};

const sayAgain = (said: string, chance: Chance): string => {
  if (chance.oneIn(2)) return '';
  const lastLine = said.slice(said.lastIndexOf('\n') + 1);
  const again = chance.pick(said, lastLine);
  const announcement = chance.pick('', '', 'Continuing from where I left off:\n\n');
  const marker = chance.pick('- ', '- ', '* ');
  const recased = chance.pick<(text: string) => string>(
    (text) => text,
    (text) =>
      text.replace(
        /^(- )(\p{Lu})/gmu,
        (_, sign: string, letter: string) => sign + letter.toLowerCase(),
      ),
  );
  return announcement + recased(again).replaceAll(/^- /gm, marker);
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
