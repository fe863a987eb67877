import { trace } from '@opentelemetry/api';
import type { LoggerService } from '@nestjs/common';
import { inspect } from 'node:util';
import { type DestinationStream, type Logger as Pino, pino } from 'pino';
import type { Environment } from '../config/environment.js';
import { redact } from './redact.js';

/** The process's structured log: one JSON object a line on standard output, without secrets. */
export function createLogger(environment: Environment, destination?: DestinationStream): Pino {
  return pino(
    {
      level: environment.LOG_LEVEL,
      serializers: { err: redact },
      formatters: { log: (fields) => redact(fields) as Record<string, unknown> },
      hooks: {
        logMethod(parameters, method) {
          method.apply(
            this,
            parameters.map((one) =>
              typeof one === 'string' ? redact(one) : one,
            ) as typeof parameters,
          );
        },
      },
    },
    destination,
  );
}

/** Lets Nest and its `Logger` write into the same log. */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...context: unknown[]): void {
    this.write('info', message, context);
  }

  error(message: unknown, ...context: unknown[]): void {
    this.write('error', message, context);
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.write('warn', message, context);
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.write('debug', message, context);
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.write('trace', message, context);
  }

  fatal(message: unknown, ...context: unknown[]): void {
    this.write('fatal', message, context);
  }

  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const [context, text] = rest.filter((item) => typeof item === 'string').toReversed();
    const traceId = trace.getActiveSpan()?.spanContext().traceId;
    const about = { context, traceId };
    if (message instanceof Error) this.pino[level]({ ...about, err: message }, message.message);
    else if (typeof message === 'object') this.pino[level]({ ...about, ...message }, text);
    else this.pino[level](about, typeof message === 'string' ? message : inspect(message));
  }
}
