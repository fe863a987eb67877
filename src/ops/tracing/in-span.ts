import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api';

/** Records the work as a span, and what is asked of others meanwhile under it; free where nobody exports traces. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
): Promise<T> {
  return trace.getTracer('git-recap').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
