import { Controller, Get, Logger, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth/public.decorator.js';
import { DomainError } from '../errors/domain.error.js';

const WARN_EVERY_MS = 600_000;

/**
 * Answers handshakes that have lost their Upgrade header on the way, which proxies drop unless they are
 * told to pass it on (https://nginx.org/en/docs/http/websocket.html).
 */
@ApiExcludeController()
@Public()
@Controller('ws')
export class HandshakeController {
  private readonly logger = new Logger(HandshakeController.name);
  private warnedAt = -Infinity;

  @Get(':sessionId')
  refuse(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): never {
    if (headers['sec-websocket-key'] !== undefined) this.warn();
    // RFC 9110, 15.5.22 and 7.8: the answer names the protocol, and the header is one of this hop.
    void reply.header('upgrade', 'websocket').header('connection', 'close, Upgrade');
    throw new DomainError(
      'upgrade_required',
      'This is no WebSocket handshake: it has no Upgrade header.',
    );
  }

  private warn(): void {
    if (performance.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = performance.now();
    this.logger.warn(
      'A WebSocket handshake came without its Upgrade header: a proxy before this server drops it. See upgrade_required in docs/operations.md.',
    );
  }
}
