import type { LoggerService } from '@nestjs/common';
import { inspect } from 'node:util';
import { type Logger as Pino, pino } from 'pino';
import type { Environment } from '../config/environment.js';

/** Paths that may hold a secret in something that is logged; their values never reach the log. */
const SECRETS = ['authorization', 'cookie', 'token', 'accessToken', 'password', 'apiKey', 'secret'];

/** The process's structured log: one JSON object a line on standard output. */
export function createLogger(environment: Environment): Pino {
  return pino({
    level: environment.LOG_LEVEL,
    redact: {
      paths: [
        'req.headers.authorization',
        'req.headers.cookie',
        'req.headers["sec-websocket-protocol"]',
        ...SECRETS.flatMap((name) => [name, `*.${name}`]),
      ],
      censor: '[redacted]',
    },
  });
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
    if (message instanceof Error) this.pino[level]({ context, err: message }, message.message);
    else if (typeof message === 'object') this.pino[level]({ context, ...message }, text);
    else this.pino[level]({ context }, typeof message === 'string' ? message : inspect(message));
  }
}
