import {
  AnthropicWriter,
  type AnthropicWriterOptions,
} from '../../src/chat/writer/anthropic/anthropic.writer.js';
import type { WriterEvent } from '../../src/chat/writer/recap.writer.js';
import { Environment } from '../../src/config/environment.js';
import {
  startLlmEmulator,
  type LlmEmulator,
  type LlmMessage,
  type LlmScript,
} from './llm.emulator.js';
import { conventional } from './histories.js';
import { jobOf } from './recap.jobs.js';

export const EMULATED_KEY = 'sk-emulated-secret';
export const job = jobOf(conventional());

/** Three bullets: the first cites two actions, the second one, the last none. */
export const REPLY: LlmMessage = {
  steps: [
    { text: '- ' },
    { text: 'Keys of **auth** now rotate', cites: [0, 1] },
    { ping: true },
    { text: '.\n- ' },
    { event: 'content_block_sparkle', data: { index: 9 } },
    { text: 'The parser survives empty input', cites: [3] },
    { text: '.\n- Nobody did this.' },
  ],
  inputTokens: 1_234,
  outputTokens: 56,
};
export const REPLY_TEXT =
  '- Keys of **auth** now rotate.\n- The parser survives empty input.\n- Nobody did this.\n';

/** A writer with an emulated model of its own; retries follow at once unless told otherwise. */
export class EmulatedWriter {
  private constructor(
    readonly writer: AnthropicWriter,
    readonly emulator: LlmEmulator,
  ) {}

  static async start(
    script: LlmScript,
    more: Partial<Environment> = {},
    options: AnthropicWriterOptions = {},
  ): Promise<EmulatedWriter> {
    const emulator = await startLlmEmulator(script);
    const environment = Object.assign(new Environment(), more);
    environment.ANTHROPIC_API_KEY = EMULATED_KEY;
    environment.ANTHROPIC_BASE_URL = emulator.url;
    environment.ANTHROPIC_MODEL = 'emulated-model';
    const writer = new AnthropicWriter(environment, { retryMilliseconds: 1, ...options });
    return new EmulatedWriter(writer, emulator);
  }
}

/** What a reader saw before a recap failed, and with what. */
export const writeUntilFailure = async (
  writer: AnthropicWriter,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ events: WriterEvent[]; error: unknown }> => {
  const events: WriterEvent[] = [];
  try {
    for await (const event of writer.write(job, signal)) events.push(event);
  } catch (error) {
    return { events, error };
  }
  throw new Error('It did not fail.');
};
