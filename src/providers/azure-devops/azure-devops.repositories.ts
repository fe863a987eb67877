import type { Connection } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Repository, RepositoryReference } from '../repository.js';
import type { AzureDevopsApi, RepositoryName } from './azure-devops.api.js';
import { placeId } from './azure-devops.mapper.js';
import { webAddress } from './web-address.js';

/** `ProjectVisibility.Public`, as the SDK has it. */
const PUBLIC = 2;
const BRANCH_PREFIX = 'refs/heads/';

/**
 * The repositories of all projects, by name: Azure DevOps does not tell when one was last pushed to.
 * A disabled one, which nobody can read, is listed as archived.
 */
export async function readRepositories(
  api: AzureDevopsApi,
  connection: Connection,
): Promise<Repository[]> {
  const answers = await api.repositories();
  return answers
    .map((answer) => toRepository(answer, connection))
    .sort((one, other) => one.fullName.localeCompare(other.fullName));
}

/** The names that the full name was made of; neither may hold a slash. */
export function namesOf({ fullName }: RepositoryReference): RepositoryName {
  const [project = '', name = ''] = fullName.split('/');
  return { project, name };
}

function toRepository(answer: AnswerReader, { id, baseUrl }: Connection): Repository {
  const project = answer.object('project');
  const name = answer.text('name');
  const fullName = `${project.text('name')}/${name}`;
  const branch = answer.optionalText('defaultBranch');
  return {
    id: placeId(baseUrl, fullName),
    provider: 'azure-devops',
    connectionId: id,
    fullName,
    name,
    url: webAddress(baseUrl, project.text('name'), '_git', name),
    private: project.optionalNumber('visibility') !== PUBLIC,
    archived: answer.optionalBoolean('isDisabled') ?? false,
    fork: answer.optionalBoolean('isFork') ?? false,
    ...(branch && { defaultBranch: branch.replace(BRANCH_PREFIX, '') }),
  };
}
