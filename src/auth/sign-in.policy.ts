import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { BaseFetcher } from '../providers/base.fetcher.js';
import type { Connection } from '../providers/connection.js';

/** Decides by SIGN_IN_ALLOW who may begin a session. */
@Injectable()
export class SignInPolicy implements OnModuleInit {
  private readonly logger = new Logger(SignInPolicy.name);

  constructor(
    private readonly environment: Environment,
    private readonly fetcher: BaseFetcher,
  ) {}

  onModuleInit(): void {
    const { isProduction, SIGN_IN_ALLOW } = this.environment;
    if (!isProduction || SIGN_IN_ALLOW.length > 0) return;
    this.logger.warn('SIGN_IN_ALLOW is not set: everybody with an account may sign in.');
  }

  /**
   * Asks the provider whether the viewer is a member of one of the groups.
   * @throws DomainError `sign_in_refused`, and what `BaseFetcher` throws.
   */
  async admit(connection: Connection, signal: AbortSignal): Promise<void> {
    if (this.environment.SIGN_IN_ALLOW.length === 0) return;
    for (const group of this.groupsFor(connection)) {
      if (await this.fetcher.isMember(connection, group, signal)) return;
    }
    throw new DomainError('sign_in_refused', 'Only members of certain organisations may sign in.');
  }

  /** On a server that a user named, anybody may have made an organisation of the same name. */
  private groupsFor({ provider, baseUrl }: Connection): string[] {
    const { GITHUB_API_URL, GITLAB_URL, AZURE_DEVOPS_URL, SIGN_IN_ALLOW } = this.environment;
    const servers: Partial<Record<typeof provider, string>> = {
      github: GITHUB_API_URL,
      gitlab: GITLAB_URL,
      'azure-devops': AZURE_DEVOPS_URL,
    };
    const server = servers[provider];
    if (!server || new URL(baseUrl).origin !== new URL(server).origin) return [];
    const prefix = `${provider}:`;
    return SIGN_IN_ALLOW.filter((entry) => entry.startsWith(prefix)).map((entry) =>
      entry.slice(prefix.length),
    );
  }
}
