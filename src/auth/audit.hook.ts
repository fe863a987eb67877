import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ProblemCode } from '../errors/problem.catalog.js';
import type { AuditLog } from './audit.log.js';

/** Problems that mean somebody was turned away, not that a session was over or a form filled in wrong. */
const REFUSALS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'unauthorized',
  'ticket_refused',
  'provider_unauthorized',
  'forbidden',
  'foreign_host',
  'foreign_origin',
  'sign_in_disabled',
  'sign_in_unknown',
  'sign_in_foreign',
  'sign_in_refused',
  'redirect_refused',
  'consent_denied',
  'code_refused',
  'scope_missing',
  'clone_disabled',
  'clone_refused',
  'host_refused',
]);

export const isRefusal = (code: ProblemCode): boolean => REFUSALS.has(code);

/** Writes down every request that was refused, whether or not its client waits to hear it. */
export function auditRefusals(fastify: FastifyInstance, audit: AuditLog): void {
  fastify.addHook('onSend', (request, _reply, _payload, next) => {
    const { problemCode: code, identity, id, ip } = request;
    if (code && isRefusal(code)) {
      audit.record({
        event: 'refusal',
        user: identity?.subject,
        sessionId: identity?.sessionId,
        client: ip,
        requestId: id,
        code,
        route: routeOf(request),
      });
    }
    next();
  });
}

/** The route's pattern, not what the client asked for: that may hold anything. */
function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? '(none)'}`;
}
