import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { Optional } from '../errors/optional.decorator.js';
import { PROVIDERS, type ProviderName } from '../providers/connection.js';

/** Providers one can sign in to with a personal access token. */
export const PAT_PROVIDERS = [
  'github',
  'gitlab',
  'azure-devops',
] as const satisfies readonly ProviderName[];

export class PatDto {
  /** @example github */
  @IsIn(PAT_PROVIDERS)
  provider: (typeof PAT_PROVIDERS)[number];

  /**
   * The personal access token; it is checked with the provider and kept sealed.
   * @example ghp_0123456789abcdefghijABCDEFGHIJ012345
   */
  @Matches(/^[\x21-\x7e]+$/, { message: 'token must be visible ASCII characters' })
  @Length(8, 1024)
  token: string;

  /**
   * The server's address, for a self-hosted provider.
   * @example https://api.github.com
   */
  @Optional()
  @IsString()
  @Length(1, 2048)
  baseUrl?: string;

  /** Azure DevOps: the organisation or collection. */
  @Optional()
  @IsString()
  @Length(1, 256)
  organization?: string;
}

export class CloneDto {
  /**
   * The https address of a git repository, with or without its scheme; either this or `path`.
   * @example https://github.com/octocat/hello-world.git
   */
  @Optional()
  @IsString()
  @Length(1, 2048)
  url?: string;

  /** A repository's path relative to GIT_ROOT, where that is set; `.` is GIT_ROOT itself. */
  @Optional()
  @IsString()
  @Length(1, 1024)
  path?: string;
}

export class ViewerDto {
  /** @example octocat */
  login: string;
  /** @example The Octocat */
  name?: string;
  url?: string;
}

export class ConnectionDto {
  /** @example github-583231 */
  id: string;
  provider: (typeof PROVIDERS)[number];
  /** @example octocat at github.com */
  label: string;
  viewer?: ViewerDto;
  /** What the credential was granted, where the provider tells. */
  scopes?: string[];
  /** When the credential ends, where the provider tells. */
  credentialExpiresAt?: string;
}

export class UserDto {
  /** Stable for one account at one provider; a guest's is the session's. */
  id: string;
  /** @example The Octocat */
  name: string;
  /** Whether a provider vouched for the user. */
  verified: boolean;
}

export class QuotaDto {
  /** Tokens of the language model a day. */
  @ApiProperty({ type: 'integer' })
  limit: number;
  /** Today's, with those set aside for replies that are being written. */
  @ApiProperty({ type: 'integer' })
  used: number;
  /** Midnight UTC. */
  renewsAt: string;
}

export class SessionDto {
  /** @example 3q2-7wEXAMPLEEXAMPLEEXA */
  sessionId: string;
  /** When the session ends at the latest, whatever happens in it. */
  expiresAt: string;
  /** Seconds without a request, a message or a running reply until the session is over. */
  idleTimeoutSeconds: number;
  user: UserDto;
  connections: ConnectionDto[];
  /** GET /session tells it, where there is one. */
  quota?: QuotaDto;
}

export class SessionGrantDto extends SessionDto {
  /** Send it as `Authorization: Bearer …`; a connection added to a session comes with the session's own. */
  accessToken: string;
  tokenType: 'Bearer';
}

export class SocketTicketDto {
  /**
   * Opens one socket of this session: offer the subprotocols `git-recap.v1` and `ticket.` with this
   * behind it.
   * @example q83vEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAM
   */
  ticket: string;
  /** 30 seconds from now; it is of no use after that, or once it was used. */
  expiresAt: string;
}

export class LocalRepositoryDto {
  /** What POST /clone takes as `path`. */
  path: string;
  name: string;
}

export class CloneOptionsDto {
  /** Whether POST /clone takes a `url`. */
  urls: boolean;
  /** Whether POST /clone takes a `path`. */
  paths: boolean;
  /** The repositories found under GIT_ROOT. */
  repositories: LocalRepositoryDto[];
}
