import type { Environment } from '../config/environment.js';

/** Tells whoever started the server in a terminal where to go; a log reader gets no such lines, nor who wants silence. */
export function announce(url: string, environment: Environment): void {
  if (environment.isProduction || environment.LOG_LEVEL === 'silent') return;
  const lines = [
    '',
    `  Git Recap server`,
    `  page   ${url}/`,
    `  docs   ${url}/docs`,
    ...(environment.temporarySecret
      ? ['  JWT_SECRET_KEY is not set: sessions end when this process does.']
      : []),
    ...(environment.ANTHROPIC_API_KEY
      ? []
      : ['  ANTHROPIC_API_KEY is not set: recaps are written without a language model.']),
    '',
  ];
  // A terminal that is gone is no reason to end.
  process.stderr.once('error', () => undefined);
  process.stderr.write(`${lines.join('\n')}\n`);
}
