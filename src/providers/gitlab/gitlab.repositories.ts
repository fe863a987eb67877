import type { Connection } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Repository } from '../repository.js';
import { repositoryId } from './gitlab.address.js';
import type { GitlabApi } from './gitlab.api.js';

/** Every project the viewer is a member of; the most recently active first. */
export async function readRepositories(
  api: GitlabApi,
  connection: Connection,
): Promise<Repository[]> {
  const projects = await api.projects();
  const repositories = projects.map((project) => toRepository(project, connection));
  return repositories.sort((one, other) =>
    (other.pushedAt ?? '').localeCompare(one.pushedAt ?? ''),
  );
}

function toRepository(project: AnswerReader, connection: Connection): Repository {
  return {
    id: repositoryId(connection.baseUrl, project.number('id')),
    provider: 'gitlab',
    connectionId: connection.id,
    fullName: project.text('path_with_namespace'),
    name: project.text('path'),
    url: project.text('web_url'),
    private: project.optionalText('visibility') !== 'public',
    archived: project.boolean('archived'),
    fork: project.optionalObject('forked_from_project') !== undefined,
    defaultBranch: project.optionalText('default_branch'),
    // The last push or any other activity: nothing was pushed later.
    pushedAt: project.optionalInstant('last_activity_at'),
  };
}
