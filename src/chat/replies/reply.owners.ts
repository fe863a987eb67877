import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import { Pod } from './pod.js';

const ownerKey = (session: Session, replyId: string): StateKey => ({
  scope: session.id,
  name: `owner:${replyId}`,
});

/** Which pod writes a reply. Ownership is decided by compare-and-set, and ends with its pod. */
@Injectable()
export class ReplyOwners {
  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
    private readonly pod: Pod,
  ) {}

  /** The other pod that writes the reply now; undefined when none lives that does. */
  async other(session: Session, replyId: string): Promise<string | undefined> {
    const owner = await this.state.get(ownerKey(session, replyId));
    if (owner === undefined || owner === this.pod.id) return undefined;
    return (await this.pod.isAlive(owner)) ? owner : undefined;
  }

  /** Makes this pod the owner, unless another one that lives is. @returns whether it is now. */
  async claim(session: Session, replyId: string): Promise<boolean> {
    const key = ownerKey(session, replyId);
    const owner = await this.state.get(key);
    if (owner === this.pod.id) return true;
    if (owner !== undefined && (await this.pod.isAlive(owner))) return false;
    return this.state.replace(key, owner, this.pod.id, this.sessions.lifetime(session.identity));
  }

  /** Whether this pod may go on writing: nobody took the reply over, and its session lives. */
  async holds(session: Session, replyId: string): Promise<boolean> {
    const key = ownerKey(session, replyId);
    const owner = await this.state.get(key);
    if (owner !== undefined) return owner === this.pod.id;
    // A store that failed over may have lost who it was.
    if (!(await this.sessions.isAlive(session.id))) return false;
    return this.state.replace(
      key,
      undefined,
      this.pod.id,
      this.sessions.lifetime(session.identity),
    );
  }

  /** Whoever comes next may own it, without waiting for this pod to be dead. */
  async release(session: Session, replyId: string): Promise<void> {
    const key = ownerKey(session, replyId);
    if ((await this.state.get(key)) === this.pod.id) await this.state.take(key);
  }
}
