import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { eventually } from '../../../test/support/eventually.js';
import { ScriptedServer } from '../../../test/support/scripted.server.js';
import { startTraceExport } from './trace.export.js';

describe('the export of traces', () => {
  let collector: ScriptedServer;

  afterEach(async () => {
    trace.disable();
    await collector.stop();
  });

  /** Records a span. @returns what ends the export. */
  const recordOne = (): (() => Promise<void>) => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    const end = startTraceExport();
    trace.getTracer('spec').startSpan('the last one').end();
    return end;
  };

  it('ends while a collector that does not answer still has the last spans', async () => {
    let gaveUp = false;
    collector = await ScriptedServer.start((response) => {
      response.once('close', () => {
        gaveUp = true;
      });
    });
    await recordOne()();
    expect([collector.requests.length, gaveUp]).toEqual([1, false]);
  });

  it('says so where a collector refuses spans', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    collector = await ScriptedServer.start((response) => void response.writeHead(401).end());
    process.env.OTEL_BSP_SCHEDULE_DELAY = '10';
    const end = recordOne();
    await eventually(() => {
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('Unauthorized'));
    });
    await end();
  });
});
