// The emulated language model in a process of its own, so that its work slows down nobody's readers.
// Told over IPC how it fares, it says where it is.
import { goOnExactly } from '../support/llm.continuation.js';
import { type LlmMessage, type LlmReply, startLlmEmulator } from '../support/llm.emulator.js';
import type { MessagesRequest } from '../support/llm.request.js';
import type { Mood, Order } from './llm.js';

/** What each reply of a storm meets before it is answered. */
const STORM = ['overloaded', 'cut', 'overloaded', 'error'] as const;

const tries = new Map<string, number>();
let message: LlmMessage;
let mood: Mood = 'well';

function answer(body: MessagesRequest): LlmReply {
  const whole = goOnExactly(message, body);
  const trouble = mood === 'storm' ? STORM[triesOf(body)] : undefined;
  if (trouble === undefined) return whole;
  if (trouble === 'overloaded') return { status: 529, type: 'overloaded_error' };
  const begun = whole.steps.map((step) =>
    'text' in step ? { text: [step.text].flat().join('').slice(0, 40) } : step,
  );
  return { ...whole, steps: begun, end: trouble === 'cut' ? 'cut' : { error: 'overloaded_error' } };
}

/** How often this reply, which its mark tells, was asked for before. */
function triesOf({ system }: MessagesRequest): number {
  const mark = /document "actions ([0-9a-f]+)"/.exec(system ?? '')?.[1] ?? '';
  const count = tries.get(mark) ?? 0;
  tries.set(mark, count + 1);
  return count;
}

process.on('message', (order: Order) => {
  if ('mood' in order) {
    ({ mood } = order);
    return;
  }
  ({ message } = order);
  void startLlmEmulator(answer).then(({ url }) => process.send?.(url));
});
process.on('disconnect', () => process.exit());
