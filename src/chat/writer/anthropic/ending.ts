import { DomainError } from '../../../errors/domain.error.js';
import type { MessageStop } from './block.events.js';

/** What a message's end means for the reply: it is whole, cut, refused, or to be gone on with. */
export type Ending = 'end' | 'length' | 'refused' | 'paused' | 'unknown';

/** https://docs.claude.com/en/api/handling-stop-reasons */
const ENDINGS: Readonly<Record<string, Ending>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'refused',
  pause_turn: 'paused',
};

/** Whatever is not known to be a whole answer is none. */
export const endingOf = ({ reason }: MessageStop): Ending => ENDINGS[reason ?? ''] ?? 'unknown';

/** What an answer without a bullet ends in. */
export const explainSilence = (
  ending: Ending,
  { category }: MessageStop,
  maxTokens: number,
): DomainError => {
  if (ending === 'refused') {
    const why = category === undefined ? '' : ` (${category})`;
    return new DomainError(
      'writer_refused',
      `The language model declined to answer${why}. Ask for other repositories or another window, or ask differently.`,
    );
  }
  if (ending === 'length') {
    return new DomainError(
      'writer_max_tokens_low',
      `The language model used all of its ${maxTokens} tokens without writing a bullet; the operator should raise ANTHROPIC_MAX_TOKENS.`,
    );
  }
  return new DomainError('writer_failed', 'The language model gave no recap of these actions.');
};

/** What an answer ends in that stopped for no reason known. */
export const explainStop = ({ reason }: MessageStop): DomainError =>
  new DomainError(
    'writer_stopped',
    reason === null
      ? 'The language model stopped without saying why; what it wrote may not be all.'
      : `The language model stopped early (${reason}); what it wrote is not all.`,
  );
