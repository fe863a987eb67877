import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from './environment.js';

/** The variables as a process has them, before validation. */
export type Variables = Readonly<Record<string, string | undefined>>;

const NAME = /^[A-Z][A-Z0-9_]*$/;

/** Thrown at start; the message names variables, never their values. */
export class EnvironmentError extends Error {}

/**
 * Validates the variables and fills in what follows from others.
 * @throws EnvironmentError naming every variable that is wrong and how.
 */
export function readEnvironment(variables: Variables): Environment {
  const given = Object.entries(variables).filter(([name, value]) => NAME.test(name) && value);
  const environment = plainToInstance(Environment, Object.fromEntries(given), {
    exposeDefaultValues: true,
  });
  const complaints = [
    ...validationComplaints(environment),
    ...signInComplaints(environment),
    ...productionComplaints(environment),
  ];
  if (complaints.length > 0) {
    throw new EnvironmentError(
      `The environment is not valid; see .env.example.\n  ${complaints.join('\n  ')}`,
    );
  }
  return withDefaults(environment);
}

function validationComplaints(environment: Environment): string[] {
  return validateSync(environment, { validationError: { target: false, value: false } }).flatMap(
    (error) => Object.values(error.constraints ?? {}),
  );
}

function signInComplaints(environment: Environment): string[] {
  const { GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET, OAUTH_REDIRECT_URIS } = environment;
  if (GITHUB_CLIENT_ID === undefined) return [];
  const missing: string[] = [];
  if (GITHUB_CLIENT_SECRET === undefined) {
    missing.push('GITHUB_CLIENT_SECRET is needed with GITHUB_CLIENT_ID');
  }
  if (OAUTH_REDIRECT_URIS.length === 0) {
    missing.push('OAUTH_REDIRECT_URIS is needed with GITHUB_CLIENT_ID');
  }
  if (!isOneGithub(environment)) {
    missing.push('GITHUB_URL and GITHUB_API_URL have to be those of one GitHub');
  }
  return missing;
}

/** Otherwise the tokens of one would be sent to another. */
function isOneGithub({ GITHUB_URL, GITHUB_API_URL }: Environment): boolean {
  const [web, api] = [GITHUB_URL, GITHUB_API_URL].map(hostnameOf);
  return api === web || api === `api.${web ?? ''}`;
}

const hostnameOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');

function productionComplaints(environment: Environment): string[] {
  if (!environment.isProduction) return [];
  const missing: string[] = [];
  if (environment.JWT_SECRET_KEY.length === 0) {
    missing.push('JWT_SECRET_KEY is needed in production: at least 32 bytes, openssl rand -hex 32');
  }
  if (!environment.REDIS_URL) {
    missing.push('REDIS_URL is needed in production, such as redis://redis:6379');
  }
  return missing;
}

function withDefaults(environment: Environment): Environment {
  const { isProduction } = environment;
  environment.HOST ??= isProduction ? '0.0.0.0' : '127.0.0.1';
  environment.GIT_ROOT ??= isProduction ? undefined : process.cwd();
  environment.GIT_HOSTS ??= isProduction ? [] : ['*'];
  environment.GIT_CACHE_DIR ??= join(tmpdir(), 'git-recap-clones');
  if (environment.JWT_SECRET_KEY.length === 0) {
    environment.JWT_SECRET_KEY = [randomBytes(32).toString('hex')];
    environment.temporarySecret = true;
  }
  return environment;
}
