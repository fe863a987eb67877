import { ValidateBy } from 'class-validator';

/** What REDIS_URL says. */
export interface RedisUrl {
  /** `single`: one server, or what looks like one. */
  readonly form: 'single' | 'sentinel' | 'cluster';
  /** The servers: the one, the sentinels, or some nodes of the cluster. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Whether all of them are spoken to by TLS. */
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** A cluster has only the database 0. */
  readonly database: number;
  /** What the sentinels call the primary. */
  readonly primary?: string;
  readonly sentinelPassword?: string;
}

const SHAPE = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)((?:[/?][^#]*)?)$/;
const PORTS = { single: 6379, sentinel: 26379, cluster: 6379 } as const;

/**
 * Reads `redis://`, `redis+sentinel://` and `redis+cluster://`; each with `rediss` for TLS.
 * @throws Error when it is none of them; the message holds nothing of the text.
 */
export function readRedisUrl(text: string): RedisUrl {
  const [, tls, kind, credentials = '', hosts = '', rest] = SHAPE.exec(text) ?? [];
  if (tls === undefined) throw new Error('not a Redis URL');
  const form = kind === 'sentinel' || kind === 'cluster' ? kind : 'single';
  const { pathname, searchParams } = new URL(`redis://host${rest ?? ''}`);
  const [username, ...password] = credentials.split(':');
  const path = pathname.split('/').slice(1).map(decodeURIComponent);
  const primary = form === 'sentinel' ? path.shift() : undefined;
  const database = Number(path.shift() ?? 0);
  const nodes = hosts.split(',').map((host) => readNode(host, PORTS[form]));
  const isWrong =
    path.length > 0 ||
    !Number.isSafeInteger(database) ||
    (form === 'sentinel' && !primary) ||
    (form === 'cluster' && database !== 0) ||
    (form === 'single' && nodes.length !== 1);
  if (isWrong) throw new Error('not a Redis URL of this form');
  return {
    form,
    nodes,
    tls: tls === 's',
    username: decodeURIComponent(username ?? '') || undefined,
    password: decodeURIComponent(password.join(':')) || undefined,
    database,
    primary,
    sentinelPassword: searchParams.get('sentinelPassword') ?? undefined,
  };
}

export function IsRedisUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isRedisUrl',
    validator: {
      validate: (value) => typeof value === 'string' && isRedisUrl(value),
      defaultMessage: () =>
        '$property must be a redis://, redis+sentinel:// or redis+cluster:// URL (rediss for TLS)',
    },
  });
}

function isRedisUrl(text: string): boolean {
  try {
    readRedisUrl(text);
    return true;
  } catch {
    return false;
  }
}

function readNode(text: string, defaultPort: number): RedisUrl['nodes'][number] {
  const { hostname, port } = new URL(`redis://${text}`);
  if (hostname === '') throw new Error('a node without a host');
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) };
}
