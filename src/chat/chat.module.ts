import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { RecapModule } from '../recap/recap.module.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatSockets } from './chat.sockets.js';
import { HandshakeController } from './handshake.controller.js';
import { Handshake } from './handshake.js';
import { MessageLimit } from './message.limit.js';
import { Conversation } from './replies/conversation.js';
import { KeptBytes } from './replies/kept.bytes.js';
import { OwnReplies } from './replies/own.replies.js';
import { Pod } from './replies/pod.js';
import { RepliesController } from './replies/replies.controller.js';
import { ReplyContents } from './replies/reply.contents.js';
import { ReplyJobs } from './replies/reply.jobs.js';
import { ReplyKeeper } from './replies/reply.keeper.js';
import { ReplyOwners } from './replies/reply.owners.js';
import { ReplyPreparation } from './replies/reply.preparation.js';
import { ReplyRunner } from './replies/reply.runner.js';
import { ReplyService } from './replies/reply.service.js';
import { ReplyStore } from './replies/reply.store.js';
import { RunningLimit } from './replies/running.limit.js';
import { SocketLimit } from './socket.limit.js';
import { SocketTimes } from './socket.times.js';
import { WriterModule } from './writer/writer.module.js';

@Module({
  imports: [AuthModule, RecapModule, WriterModule],
  controllers: [RepliesController, HandshakeController],
  providers: [
    ChatGateway,
    ChatSockets,
    Handshake,
    MessageLimit,
    Conversation,
    KeptBytes,
    OwnReplies,
    Pod,
    ReplyContents,
    ReplyService,
    ReplyJobs,
    ReplyKeeper,
    ReplyOwners,
    ReplyPreparation,
    ReplyRunner,
    ReplyStore,
    RunningLimit,
    SocketLimit,
    SocketTimes,
  ],
})
export class ChatModule {}
