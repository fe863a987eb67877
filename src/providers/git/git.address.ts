import { DomainError } from '../../errors/domain.error.js';
import { withoutTrailingSlashes } from '../trailing-slashes.js';

const MAX_URL_LENGTH = 2_048;
const HTTPS_PORT = 443;
/** Whitespace, control characters and backslashes, plain or percent-encoded: URL parsers disagree on them. */
const AMBIGUOUS = /[\s\p{Cc}\\]|%(?:[01][\da-f]|7f|5c)/iu;

/** The https address of a git repository, understood and in one form. */
export interface GitAddress {
  readonly url: string;
  /** With the port, unless it is https's own: `git.example.com:8443`. */
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
  /** `octocat/hello`, without `.git`. */
  readonly path: string;
}

/** `git.example.com/team/app`, also with a port: as people copy it without its scheme. */
const WITHOUT_SCHEME = /^(?:\[[\da-f:.]+\]|[a-z\d-]+(?:\.[a-z\d-]+)+|localhost)(?::\d+)?\//i;

/** A missing scheme is taken for https. Throws `clone_refused` for whatever is not a plain https URL. */
export function parseGitAddress(given: string): GitAddress {
  const text = WITHOUT_SCHEME.test(given) ? `https://${given}` : given;
  if (text.length > MAX_URL_LENGTH) throw refused(`must not be longer than ${MAX_URL_LENGTH}`);
  if (AMBIGUOUS.test(text)) {
    throw refused('must not hold spaces, control characters or backslashes');
  }
  if (!URL.canParse(text)) throw refused('must be a URL such as https://github.com/octocat/hello');
  const url = new URL(text);
  if (url.protocol !== 'https:') throw refused('must begin with https://');
  if (url.username !== '' || url.password !== '') throw refused('must not hold a user or password');
  if (text.includes('?') || text.includes('#')) throw refused('must not hold a query or fragment');
  if (url.hostname.startsWith('-')) throw refused('must name a host');
  const path = withoutTrailingSlashes(url.pathname);
  const name = path.replace(/^\/+/, '').replace(/\.git$/, '');
  if (name === '') throw refused('must name a repository, not only a host');
  return {
    url: `https://${url.host}${path}`,
    host: url.host,
    hostname: url.hostname,
    port: url.port === '' ? HTTPS_PORT : Number(url.port),
    path: name,
  };
}

const refused = (message: string): DomainError =>
  new DomainError('clone_refused', `The repository's URL ${message}.`, {
    errors: [{ field: 'url', message }],
  });
