import { ACTION_TYPES, type ActionType } from '../providers/action.js';
import { PROVIDERS, type ProviderName } from '../providers/connection.js';
import { COVERAGE_STATUSES, type CoverageStatus } from '../providers/coverage.js';
import { ApiProperty } from '@nestjs/swagger';

export class ConnectionCoverageDto {
  id: string;
  @ApiProperty({ enum: PROVIDERS, enumName: 'Provider' })
  provider: ProviderName;
  @ApiProperty({ enum: COVERAGE_STATUSES, enumName: 'CoverageStatus' })
  status: CoverageStatus;
  /** Why it is not complete. */
  reason?: string;
  /** When it is worth asking again. */
  retryAt?: string;
}

export class RepositoryCoverageDto {
  id: string;
  fullName: string;
  @ApiProperty({ enum: COVERAGE_STATUSES, enumName: 'CoverageStatus' })
  status: CoverageStatus;
  /** The kinds the status speaks of; absent: all that were asked for. */
  @ApiProperty({ enum: ACTION_TYPES, enumName: 'ActionType', isArray: true, required: false })
  kinds?: readonly ActionType[];
  /** Why it is not complete. */
  reason?: string;
}

/** Somebody who was asked for. */
export class AuthorCoverageDto {
  /** As the question called them. */
  author: string;
  /** Whether anything of theirs was found. */
  matched: boolean;
}

/** What was read and what was not. */
export class CoverageDto {
  @ApiProperty({ type: [ConnectionCoverageDto] })
  connections: readonly ConnectionCoverageDto[];
  @ApiProperty({ type: [RepositoryCoverageDto] })
  repositories: readonly RepositoryCoverageDto[];
  /** Who was asked for; empty where everyone was. */
  @ApiProperty({ type: [AuthorCoverageDto] })
  authors: readonly AuthorCoverageDto[];
  /** How many actions of bots were left out: includeBots brings them. */
  @ApiProperty({ type: 'integer' })
  bots: number;
  /** Whether more actions matched than are in the answer. */
  truncated: boolean;
  /** Where the window began. */
  from: string;
  /** Where the window ended. */
  to: string;
}
