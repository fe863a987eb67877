import type { Action, Author } from '../action.js';
import { isBot } from '../bot.js';
import { coAuthorsIn } from '../co-authors.js';
import { commitAuthor } from '../commit-author.js';
import type { Viewer } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Person } from '../person.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';

/** Service accounts and applications, by their subject descriptor: `svc.…`, `aadsp.…`. */
const SERVICE_DESCRIPTOR = /^(?:svc|s2s|aadsp)\./;
/** `Project Collection Build Service (fabrikam)`: what pipelines go by, also in commits. */
const BUILD_SERVICE = /\bBuild Service(?: \([^(]+\))?$/;
const UNKNOWN: Author = { name: 'unknown', bot: false };

/**
 * The identifier of a project or a repository, `azure-devops:dev.azure.com/fabrikam/web/shop`: Azure
 * DevOps' names know no upper and lower case.
 */
export function placeId(organizationUrl: string, fullName: string): string {
  const { host, pathname } = new URL(organizationUrl);
  return `azure-devops:${host}${decodeURIComponent(pathname)}/${fullName}`.toLowerCase();
}

/** Someone with an account; undefined: one that is gone. */
export function accountAuthor(identity: AnswerReader | undefined): Author {
  const login = identity?.optionalText('uniqueName') ?? '';
  const name = plainLine(identity?.optionalText('displayName') ?? login);
  if (!identity || name === '') return UNKNOWN;
  const service = SERVICE_DESCRIPTOR.test(identity.optionalText('descriptor') ?? '');
  const person = { name, ...(login && { login }), ...(login.includes('@') && { email: login }) };
  return { ...person, bot: service || isService(person) };
}

/** A commit of a list. Long messages come cut there, and then without the co-authors at their end. */
export function commitAction(
  commit: AnswerReader,
  repository: RepositoryReference,
  viewer: Viewer | undefined,
): Action {
  const sha = commit.text('commitId');
  const message = commit.optionalText('comment') ?? '';
  const [subject = '', ...rest] = message.trim().split('\n');
  const body = plainText(rest.join('\n'));
  const merge = (commit.optionalObject('parents')?.texts().length ?? 0) > 1;
  return {
    id: `${repository.id}#commit:${sha}`,
    provider: 'azure-devops',
    repository,
    type: 'commit',
    title: plainLine(subject) || sha.slice(0, 12),
    ...(body !== '' && { body }),
    author: signatureAuthor(personOf(commit.optionalObject('author')), viewer),
    coAuthors: coAuthorsIn(message).map((person) => signatureAuthor(person, viewer)),
    timestamp: commit.object('committer').instant('date'),
    url: `${repository.url}/commit/${sha}`,
    sha,
    labels: [],
    ...(merge && { merge }),
  };
}

function personOf(signature: AnswerReader | undefined): Person {
  return {
    name: signature?.optionalText('name') ?? '',
    email: signature?.optionalText('email') ?? '',
  };
}

/** Azure DevOps does not say whose account an address is; the viewer's own ones are known. */
function signatureAuthor(person: Person, viewer: Viewer | undefined): Author {
  const author = commitAuthor(person);
  const own = viewer && isViewer(person, viewer);
  return { ...author, ...(own && { login: viewer.login }), bot: author.bot || isService(author) };
}

/** A server need not know an address of its users; the name they are shown by is all there is then. */
function isViewer({ name, email }: Person, viewer: Viewer): boolean {
  if (viewer.emails.length === 0) return name === viewer.name;
  return viewer.emails.includes(email.toLowerCase());
}

function isService(person: Omit<Author, 'bot'>): boolean {
  return BUILD_SERVICE.test(person.name) || isBot(person);
}
