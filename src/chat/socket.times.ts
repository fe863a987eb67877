import { Injectable } from '@nestjs/common';

/** How often sockets are seen to, in milliseconds. */
@Injectable()
export class SocketTimes {
  /** Without another frame, while something is followed, until a heartbeat: clients wait for two of them. */
  readonly heartbeatMs: number = 15_000;
  /** Until it is looked whether a session still is: one that the store has lost has no end to wait for. */
  readonly lookMs: number = 5_000;
}
