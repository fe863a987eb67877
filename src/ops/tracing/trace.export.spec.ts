import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { ScriptedServer } from '../../../test/support/scripted.server.js';
import { startTraceExport } from './trace.export.js';

describe('the export of traces', () => {
  let collector: ScriptedServer;
  let gaveUp = false;

  beforeAll(async () => {
    collector = await ScriptedServer.start((response) => {
      response.once('close', () => {
        gaveUp = true;
      });
    });
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  });

  afterAll(async () => {
    trace.disable();
    await collector.stop();
  });

  it('ends while a collector that does not answer still has the last spans', async () => {
    const end = startTraceExport();
    trace.getTracer('spec').startSpan('the last one').end();
    await end();
    expect([collector.requests.length, gaveUp]).toEqual([1, false]);
  });
});
