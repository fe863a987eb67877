import { Logger } from '@nestjs/common';
import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { setTimeout as sleep } from 'node:timers/promises';

/** Less than what a process is given beyond DRAIN_SECONDS; the exporter itself would wait for ten. */
const LAST_SPANS_MS = 2_000;

const noop = (): void => undefined;

/** Spans that get nowhere are missed by nobody until they are needed: that they do is in the log. */
class ExportLog implements DiagLogger {
  private readonly logger = new Logger('Tracing');
  readonly error = this.warn.bind(this);
  readonly info = noop;
  readonly debug = noop;
  readonly verbose = noop;

  warn(message: string): void {
    this.logger.warn(message);
  }
}

/**
 * Sends spans in batches by OTLP over HTTP, as JSON. Where to, sampling, headers and the service's
 * name are read from OpenTelemetry's own variables.
 * @returns what sends the last ones and ends it; a collector that does not answer is not waited for.
 */
export function startTraceExport(): () => Promise<void> {
  diag.setLogger(new ExportLog(), DiagLogLevel.WARN);
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'git-recap-server' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return () => Promise.race([provider.shutdown(), sleep(LAST_SPANS_MS, undefined, { ref: false })]);
}
