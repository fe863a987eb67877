import { Injectable, Logger } from '@nestjs/common';
import type { ProblemCode } from '../errors/problem.catalog.js';
import type { ProviderName } from '../providers/connection.js';

/** What happened to a session, or was kept from happening. */
interface AuditEntry {
  readonly event:
    'sign_in' | 'link' | 'sign_out' | 'socket_ticket' | 'session_replaced' | 'refusal';
  /** Who: the subject of the session's token; absent where nobody is known. */
  readonly user?: string;
  readonly sessionId?: string;
  /** From where: the client's address. */
  readonly client?: string;
  readonly requestId?: string;
  /** To what: the provider and its server, never the credential. */
  readonly provider?: ProviderName;
  readonly server?: string;
  /** What a refusal was about. */
  readonly code?: ProblemCode;
  readonly route?: string;
}

/** The one place that writes down who came, went and was turned away: lines with `audit: true`. */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger('Audit');

  record(entry: AuditEntry): void {
    const fields = { audit: true, ...entry };
    if (entry.event === 'refusal') this.logger.warn(fields, 'refused');
    else this.logger.log(fields, entry.event);
  }
}
