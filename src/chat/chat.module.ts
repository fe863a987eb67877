import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { RecapModule } from '../recap/recap.module.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatSockets } from './chat.sockets.js';
import { Handshake } from './handshake.js';
import { MessageLimit } from './message.limit.js';
import { RepliesController } from './replies/replies.controller.js';
import { ReplyRunner } from './replies/reply.runner.js';
import { ReplyService } from './replies/reply.service.js';
import { ReplyStore } from './replies/reply.store.js';
import { WriterModule } from './writer/writer.module.js';

@Module({
  imports: [AuthModule, RecapModule, WriterModule],
  controllers: [RepliesController],
  providers: [
    ChatGateway,
    ChatSockets,
    Handshake,
    MessageLimit,
    ReplyService,
    ReplyRunner,
    ReplyStore,
  ],
})
export class ChatModule {}
