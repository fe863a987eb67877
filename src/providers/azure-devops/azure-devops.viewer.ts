import { DomainError } from '../../errors/domain.error.js';
import type { Connection, Viewer } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Organization } from './azure-devops.address.js';
import type { AzureDevopsApi } from './azure-devops.api.js';

/** Whom an organisation with public projects takes somebody without a good credential for. */
const ANONYMOUS = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';

/** Who holds the token in the organisation. Azure DevOps tells neither its scopes nor its end. */
export async function readConnection(
  api: AzureDevopsApi,
  { name, url }: Organization,
  token: string,
): Promise<Connection> {
  const data = await api.connectionData();
  const viewer = viewerOf(data.object('authenticatedUser'));
  const { host } = new URL(url);
  return {
    id: `azure-devops-${host}-${name.toLowerCase()}-${viewer.id}`,
    provider: 'azure-devops',
    baseUrl: url,
    label: `${viewer.name ?? viewer.login} at ${host}/${name}`,
    token,
    organization: name,
    viewer,
  };
}

function viewerOf(user: AnswerReader): Viewer {
  const id = user.text('id');
  if (id === ANONYMOUS) {
    throw new DomainError('provider_unauthorized', 'Azure DevOps refused the token');
  }
  const name = user.optionalText('customDisplayName') ?? user.text('providerDisplayName');
  const account = propertyOf(user, 'Account');
  const addresses = [account, propertyOf(user, 'Mail')].filter((text) => text?.includes('@'));
  return {
    id,
    login: account ?? name,
    name,
    emails: [...new Set(addresses.map((address = '') => address.toLowerCase()))],
  };
}

/** Services has the e-mail address as `Account`, Server the account's name in its domain. */
function propertyOf(user: AnswerReader, name: string): string | undefined {
  return user.optionalObject('properties')?.optionalObject(name)?.optionalText('$value');
}
