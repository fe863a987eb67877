import {
  type Context,
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { whenAnswered } from '../answered.js';
import { wantsTraces } from './tracing.js';

/** https://www.w3.org/TR/trace-context/#traceparent-header; an id of zeros is none. */
const TRACEPARENT = /^00-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** Names the trace of every request in its log lines and problems, and records a span of it where traces are exported. */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('traceId');
  if (wantsTraces()) recordSpans(fastify);
  fastify.addHook('onRequest', (request, _reply, next) => {
    request.traceId ??= TRACEPARENT.exec(String(request.headers.traceparent))?.[1];
    if (request.traceId) request.log = request.log.child({ traceId: request.traceId });
    next();
  });
}

function recordSpans(fastify: FastifyInstance): void {
  const tracer = trace.getTracer('git-recap');
  const requests = new WeakMap<FastifyRequest, Context>();
  fastify.addHook('onRequest', (request, reply, next) => {
    const route = request.routeOptions.url;
    const parent = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(
      `${request.method} ${route ?? ''}`.trim(),
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': route,
          'git_recap.request_id': request.id,
        },
      },
      parent,
    );
    const within = trace.setSpan(parent, span);
    requests.set(request, within);
    request.traceId = span.spanContext().traceId;
    whenAnswered(reply, (status) => {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(within, next);
  });
  // The events that a body arrives by come from outside of what `with` encloses.
  fastify.addHook('preValidation', (request, _reply, next) => {
    context.with(requests.get(request) ?? context.active(), next);
  });
}
