import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';

import { EnvironmentModule } from '../../config/environment.module.js';
import { AnthropicWriter } from './anthropic/anthropic.writer.js';
import { ExtractiveWriter } from './extractive/extractive.writer.js';
import { RecapWriter } from './recap.writer.js';
import { WriterModule } from './writer.module.js';

const writerWith = async (variables: Record<string, string>): Promise<RecapWriter> => {
  const environment = await EnvironmentModule.forRoot({ NODE_ENV: 'test', ...variables });
  const module = await Test.createTestingModule({ imports: [environment, WriterModule] }).compile();
  return module.get(RecapWriter);
};

describe('WriterModule', () => {
  it('writes without a language model where there is no key for one', async () => {
    expect(await writerWith({})).toBeInstanceOf(ExtractiveWriter);
  });

  it('writes with one where there is', async () => {
    expect(await writerWith({ ANTHROPIC_API_KEY: 'sk-test' })).toBeInstanceOf(AnthropicWriter);
  });
});
