import { describe, expect, it } from '@jest/globals';
import { wantsTraces } from './tracing.js';

const HERE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('traces', () => {
  it.each<[NodeJS.ProcessEnv, boolean]>([
    [{}, false],
    [HERE, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }, true],
    [{ ...HERE, OTEL_SDK_DISABLED: 'TRUE' }, false],
    [{ ...HERE, OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('of a process with %j are wanted: %j', (variables, wanted) => {
    expect(wantsTraces(variables)).toBe(wanted);
  });
});
