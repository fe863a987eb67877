import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { Optional } from '../errors/optional.decorator.js';
import {
  ACTION_STATES,
  ACTION_TYPES,
  type ActionState,
  type ActionType,
} from '../providers/action.js';
import { PROVIDERS, type ProviderName } from '../providers/connection.js';
import { ActionFilterDto } from './action-filter.dto.js';
import { CoverageDto } from './coverage.dto.js';

export class ActionsQueryDto extends ActionFilterDto {
  /** How many actions at most. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @ApiPropertyOptional({ type: 'integer' })
  limit: number = 200;

  /**
   * The nextCursor of the page before. It pins the filter and the window of the first page, so other
   * filters sent along with it are not read.
   */
  @Optional()
  @IsString()
  @Length(1, 16_384)
  cursor?: string;
}

export class AuthorDto {
  login?: string;
  name: string;
  email?: string;
  bot: boolean;
}

export class RepositoryReferenceDto {
  /** @example github:github.com/octocat/hello-world */
  id: string;
  /** @example octocat/hello-world */
  fullName: string;
  url: string;
}

export class PullRequestReferenceDto {
  number: number;
  title: string;
  url: string;
}

/** One thing someone did. */
export class ActionDto {
  id: string;
  @ApiProperty({ enum: PROVIDERS, enumName: 'Provider' })
  provider: ProviderName;
  repository: RepositoryReferenceDto;
  @ApiProperty({ enum: ACTION_TYPES, enumName: 'ActionType' })
  type: ActionType;
  title: string;
  body?: string;
  author: AuthorDto;
  @ApiProperty({ type: [AuthorDto] })
  coAuthors: readonly AuthorDto[];
  /** A commit's committer date; else the latest opened, merged or closed inside the window. */
  timestamp: string;
  /** Where a reader sees it; a commit without a web address has its SWHID, `swh:1:rev:…`. */
  url: string;
  sha?: string;
  /**
   * Of a commit: whether it is on the default or a release branch, or a release has it. Absent where
   * that is not known.
   */
  merged?: boolean;
  /** Of a commit that is not merged: the branch that it is on. */
  branch?: string;
  /** Of a commit: the hash of the merge that brought it to the default branch, with the rest of one piece of work. */
  mergedBy?: string;
  number?: number;
  @ApiProperty({ enum: ACTION_STATES, enumName: 'ActionState', required: false })
  state?: ActionState;
  @ApiProperty({ type: [String] })
  labels: readonly string[];
  pullRequest?: PullRequestReferenceDto;
  additions?: number;
  deletions?: number;
  /** A commit with more than one parent. */
  merge?: boolean;
}

export class ActionsDto {
  /** Newest first. */
  @ApiProperty({ type: [ActionDto] })
  actions: readonly ActionDto[];
  coverage: CoverageDto;
  /** Whose actions were asked for, the default filled in: `*` is everyone. */
  @ApiProperty({ type: [String] })
  author: readonly string[];
  /** Absent on the last page. */
  nextCursor?: string;
}
