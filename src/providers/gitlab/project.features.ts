import { DomainError } from '../../errors/domain.error.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { isFatal } from '../fatal-error.js';
import type { GitlabApi } from './gitlab.api.js';

type Feature = 'releases' | 'merge_requests' | 'issues' | 'repository';

/**
 * What projects do without. GitLab refuses lists of a feature that is turned off as it does those that
 * a token must not read; only the project itself tells which it is, so it is asked, once, when needed.
 */
export class ProjectFeatures {
  private readonly projects = new Map<number, Promise<AnswerReader | undefined>>();

  constructor(private readonly api: GitlabApi) {}

  /** @param project Its number; absent: a list of no one project, which nobody can turn off. */
  async isTurnedOff(feature: Feature, project: number | undefined): Promise<boolean> {
    if (project === undefined) return false;
    const asked = this.projects.get(project) ?? this.read(project);
    this.projects.set(project, asked);
    return (await asked)?.optionalText(`${feature}_access_level`) === 'disabled';
  }

  /** Undefined where GitLab does not tell: then nobody can say that it is turned off. */
  private async read(project: number): Promise<AnswerReader | undefined> {
    try {
      return await this.api.project(project);
    } catch (error) {
      if (!(error instanceof DomainError) || isFatal(error)) throw error;
      return undefined;
    }
  }
}
