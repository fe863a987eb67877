import { Transform, Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';
import { IsPriceTable, type ModelPrice } from './model-price.js';
import { IsRedisUrl } from './redis-url.js';
import { IsTrustedProxies, readTrustedProxies, type TrustedProxies } from './trusted-proxies.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MEBIBYTE = 1024 * 1024;

const list = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
    : value;

/** What is no JSON stays text, and is refused for that. */
const json = ({ value }: { value: unknown }): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
};

const proxies = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? readTrustedProxies(value) : value;

/**
 * The environment, validated once at start and injectable. `.env.example` documents every variable;
 * the fields here carry their names, so that a search for one finds all of its uses.
 */
export class Environment {
  @IsIn(['development', 'production', 'test'])
  NODE_ENV: 'development' | 'production' | 'test' = 'development';

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3000;

  /** Unset: 127.0.0.1 in development, all addresses in production. */
  @IsOptional()
  @IsString()
  HOST?: string;

  /** Seconds that browsers ask this host for https only; 0: this server says nothing of it. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(63_072_000)
  HSTS_SECONDS = 0;

  /** Seconds that running replies and requests may take to finish once the process is told to stop. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(3_600)
  DRAIN_SECONDS = 25;

  @IsIn(LOG_LEVELS)
  LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  /** The Bearer token for /metrics. Unset: open in development, closed in production. */
  @IsOptional()
  @Matches(/^\S{16,}$/)
  METRICS_TOKEN?: string;

  /** The first signs, all verify; each at least 32 bytes. */
  @Transform(list)
  @MinLength(32, { each: true })
  JWT_SECRET_KEY: string[] = [];

  @IsOptional()
  @IsRedisUrl()
  REDIS_URL?: string;

  /** What every key and channel in Redis begins with: deployments that share one Redis need different ones. */
  @Matches(/^[\w:.-]{0,64}$/)
  REDIS_PREFIX = 'git-recap:';

  @Transform(list)
  @IsString({ each: true })
  CORS_ORIGINS: string[] = [];

  /** Which proxies' X-Forwarded-For is believed: none, the last so many, or those with these addresses. */
  @Transform(proxies)
  @IsTrustedProxies()
  TRUST_PROXY: TrustedProxies = false;

  /** Requests and socket messages a minute, of a session or of a client address without one. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  RATE_LIMIT_PER_MINUTE = 100;

  /** Seconds that a list of repositories is kept for those with the same credentials; 0 keeps none. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(86_400)
  REPOS_CACHE_SECONDS = 3_600;

  /** Seconds without a request, a message or a running reply until a session is over. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(86_400)
  SESSION_IDLE_SECONDS = 300;

  /** Seconds until a session is over whatever happens in it; 12 hours at most. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(43_200)
  SESSION_MAX_SECONDS = 43_200;

  /** Sessions one user may have at a time; one more ends the oldest. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  SESSIONS_PER_USER = 10;

  /** The OAuth app that users sign in with; unset: they cannot. */
  @IsOptional()
  @Matches(/^\S+$/)
  GITHUB_CLIENT_ID?: string;

  @IsOptional()
  @Matches(/^\S+$/)
  GITHUB_CLIENT_SECRET?: string;

  /** What users who sign in with GitHub are asked to grant. */
  @Transform(list)
  @IsString({ each: true })
  GITHUB_SCOPES: string[] = ['user:email'];

  /** Where GitHub may send browsers back to, to the letter. */
  @Transform(list)
  @IsUrl(
    { protocols: ['https', 'http'], require_tld: false, require_protocol: true },
    { each: true },
  )
  OAUTH_REDIRECT_URIS: string[] = [];

  /** Where people see GitHub, and are asked for their consent. */
  @IsUrl({ protocols: ['https', 'http'], require_tld: false, require_protocol: true })
  GITHUB_URL = 'https://github.com';

  /** Organisations and groups whose members may sign in; none: everybody with an account may. */
  @Transform(list)
  @Matches(/^((github|azure-devops):[^/:]+|gitlab:[^:]+)$/, { each: true })
  SIGN_IN_ALLOW: string[] = [];

  @IsUrl({ protocols: ['https', 'http'], require_tld: false, require_protocol: true })
  GITHUB_API_URL = 'https://api.github.com';

  @IsUrl({ protocols: ['https', 'http'], require_tld: false, require_protocol: true })
  GITLAB_URL = 'https://gitlab.com';

  @IsUrl({ protocols: ['https', 'http'], require_tld: false, require_protocol: true })
  AZURE_DEVOPS_URL = 'https://dev.azure.com';

  /** Further servers a user may name; `*`: every public one. */
  @Transform(list)
  @Matches(/^(\*|(https?:\/\/)?([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?)$/i, { each: true })
  PROVIDER_HOSTS: string[] = [];

  /** What https connections to the providers go through. */
  @IsOptional()
  @IsUrl({ protocols: ['http', 'https'], require_tld: false, require_protocol: true })
  HTTPS_PROXY?: string;

  /** Hosts that are reached without it, with their subdomains; `*`: all. */
  @IsOptional()
  @IsString()
  NO_PROXY?: string;

  /** Local repositories live under it. Unset: the working directory in development, none in production. */
  @IsOptional()
  @IsString()
  GIT_ROOT?: string;

  /** Hosts that may be cloned from; `*`: every public host. Unset: `*` in development, none in production. */
  @IsOptional()
  @Transform(list)
  @IsString({ each: true })
  GIT_HOSTS?: string[];

  /** Where clones are kept. Unset: a folder in the system's temporary directory. */
  @IsOptional()
  @IsString()
  GIT_CACHE_DIR?: string;

  /** The bytes all clones together may take; one clone may take half of it. */
  @Type(() => Number)
  @IsInt()
  @Min(MEBIBYTE)
  GIT_CACHE_BYTES = 2048 * MEBIBYTE;

  @IsOptional()
  @Matches(/^\S+$/)
  ANTHROPIC_API_KEY?: string;

  @IsUrl({ protocols: ['https', 'http'], require_tld: false, require_protocol: true })
  ANTHROPIC_BASE_URL = 'https://api.anthropic.com';

  @IsString()
  ANTHROPIC_MODEL = 'claude-sonnet-5-5';

  /** The cheaper model that shortens what does not fit into one request. */
  @IsString()
  ANTHROPIC_CONDENSE_MODEL = 'claude-haiku-4-5';

  /** The tokens that the actions of one reply may take. */
  @Type(() => Number)
  @IsInt()
  @Min(2_000)
  @Max(1_000_000)
  ANTHROPIC_INPUT_TOKENS = 60_000;

  /** The most a model writes for one request, with what it thinks before. */
  @Type(() => Number)
  @IsInt()
  @Min(256)
  @Max(64_000)
  ANTHROPIC_MAX_TOKENS = 8_000;

  /** Seconds a model may say nothing until it is asked again. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(300)
  ANTHROPIC_IDLE_SECONDS = 30;

  /** US dollars for a million tokens, by the beginning of a model's name; comes before the built-in table. */
  @Transform(json)
  @IsPriceTable()
  ANTHROPIC_PRICES: Readonly<Record<string, ModelPrice>> = {};

  /** Tokens of the language model one user has for a day (UTC); 0: no limit. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  REPLY_TOKENS_PER_DAY = 0;

  /** Text that comes within so many milliseconds goes to the readers in one piece. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(1_000)
  REPLY_COALESCE_MS = 30;

  /** Sockets and event streams of one session that are open at once, on all pods together. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  SOCKETS_PER_SESSION = 10;

  /** Replies of one session that are written at once, on all pods together. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  REPLIES_PER_SESSION = 4;

  /** Replies that one pod writes at once. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  REPLIES_PER_PROCESS = 1_000;

  /** Set when JWT_SECRET_KEY was made for this run: sessions end with it. */
  temporarySecret = false;

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }
}
