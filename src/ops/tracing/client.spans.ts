import { type Attributes, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { OutboundObservation } from '../../providers/http/outbound.channel.js';
import type { TransferObservation } from '../../providers/http/transfer.channel.js';
import type { ModelObservation } from '../model.channel.js';

const tracer = trace.getTracer('git-recap');

/** A span of a request to a provider that has just ended, under whatever asked for it. */
export function traceProviderRequest(message: unknown): void {
  const { provider, method, status, aborted, milliseconds, waitedMilliseconds } =
    message as OutboundObservation;
  const hasFailed = status === undefined ? !aborted : status >= 500;
  record(`${method} ${provider}`, milliseconds, hasFailed, {
    'http.request.method': method,
    'http.response.status_code': status,
    'git_recap.provider': provider,
    'git_recap.waited_ms': waitedMilliseconds,
  });
}

/** A span of a transfer from a git host that has just ended. */
export function traceGitTransfer(message: unknown): void {
  const { kind, outcome, milliseconds } = message as TransferObservation;
  record(`git ${kind}`, milliseconds, outcome !== 'ok' && outcome !== 'aborted', {
    'git_recap.provider': 'git',
    'git_recap.outcome': outcome,
  });
}

/** A span of a request to a language model that has just ended. */
export function traceModelRequest(message: unknown): void {
  const { model, outcome, milliseconds, firstMilliseconds } = message as ModelObservation;
  record(`chat ${model}`, milliseconds, outcome !== 'ok' && outcome !== 'aborted', {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': model,
    'git_recap.outcome': outcome,
    'git_recap.first_event_ms': firstMilliseconds,
  });
}

function record(
  name: string,
  milliseconds: number,
  hasFailed: boolean,
  attributes: Attributes,
): void {
  const now = Date.now();
  const span = tracer.startSpan(name, {
    kind: SpanKind.CLIENT,
    startTime: now - milliseconds,
    attributes,
  });
  if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(now);
}
