import { Module } from '@nestjs/common';

import { Environment } from '../../config/environment.js';
import { AnthropicWriter } from './anthropic/anthropic.writer.js';
import { ExtractiveWriter } from './extractive/extractive.writer.js';
import { RecapWriter } from './recap.writer.js';

/** Provides the writer of recaps: a language model where there is a key for it. Needs a global `Environment`. */
@Module({
  providers: [
    {
      provide: RecapWriter,
      inject: [Environment],
      useFactory: (environment: Environment): RecapWriter =>
        environment.ANTHROPIC_API_KEY ? new AnthropicWriter(environment) : new ExtractiveWriter(),
    },
  ],
  exports: [RecapWriter],
})
export class WriterModule {}
