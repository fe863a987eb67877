import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { OUTBOUND_CHANNEL } from '../../providers/http/outbound.channel.js';
import { TRANSFER_CHANNEL } from '../../providers/http/transfer.channel.js';
import { MODEL_CHANNEL } from '../model.channel.js';
import { traceGitTransfer, traceModelRequest, traceProviderRequest } from './client.spans.js';

type Shutdown = () => Promise<void>;

/** Whether the standard variables of OpenTelemetry ask for traces (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export function wantsTraces(variables: NodeJS.ProcessEnv = process.env): boolean {
  if (variables.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  if (variables.OTEL_TRACES_EXPORTER === 'none') return false;
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = variables;
  // Set to nothing is not set.
  return [OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT].some(Boolean);
}

/** Exports traces where OpenTelemetry's variables say where to; else it loads and listens to nothing. */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  private shutdown?: Shutdown;

  async onModuleInit(): Promise<void> {
    if (!wantsTraces()) return;
    const { startTraceExport } = await import('./trace.export.js');
    this.shutdown = startTraceExport();
    subscribe(OUTBOUND_CHANNEL, traceProviderRequest);
    subscribe(TRANSFER_CHANNEL, traceGitTransfer);
    subscribe(MODEL_CHANNEL, traceModelRequest);
  }

  async onApplicationShutdown(): Promise<void> {
    unsubscribe(OUTBOUND_CHANNEL, traceProviderRequest);
    unsubscribe(TRANSFER_CHANNEL, traceGitTransfer);
    unsubscribe(MODEL_CHANNEL, traceModelRequest);
    // A collector that is away must not turn a good exit into a bad one.
    await this.shutdown?.().catch(() => undefined);
  }
}
