import { Module } from '@nestjs/common';

import { ExtractiveWriter } from './extractive/extractive.writer.js';
import { RecapWriter } from './recap.writer.js';

/** Provides the writer of recaps. */
@Module({
  providers: [{ provide: RecapWriter, useClass: ExtractiveWriter }],
  exports: [RecapWriter],
})
export class WriterModule {}
