import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { Optional } from '../errors/optional.decorator.js';
import { PROVIDERS, type ProviderName } from '../providers/connection.js';
import { asBoolean } from './action-filter.dto.js';
import { ConnectionCoverageDto } from './coverage.dto.js';

export class ReposQueryDto {
  /** Only repositories of this provider. */
  @Optional()
  @IsIn(PROVIDERS)
  provider?: ProviderName;

  /** Only repositories whose full name has this in it, in upper or lower case. */
  @Optional()
  @IsString()
  @Length(1, 256)
  search?: string;

  /** Whether to ask the providers again instead of answering from what was kept. */
  @Optional()
  @Transform(asBoolean)
  @IsBoolean()
  refresh?: boolean;

  /** The page, from 1. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  @ApiPropertyOptional({ type: 'integer' })
  page: number = 1;

  /** Repositories on a page. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @ApiPropertyOptional({ type: 'integer' })
  perPage: number = 100;
}

export class RepositoryDto {
  /** @example github:github.com/octocat/hello-world */
  id: string;
  @ApiProperty({ enum: PROVIDERS, enumName: 'Provider' })
  provider: ProviderName;
  connectionId: string;
  /** @example octocat/hello-world */
  fullName: string;
  /** @example hello-world */
  name: string;
  url: string;
  private: boolean;
  archived: boolean;
  fork: boolean;
  /** Absent in an empty repository. */
  defaultBranch?: string;
  /** When something was last pushed; absent where the provider does not tell. */
  pushedAt?: string;
}

export class ReposCoverageDto {
  @ApiProperty({ type: [ConnectionCoverageDto] })
  connections: readonly ConnectionCoverageDto[];
}

export class ReposDto {
  repositories: RepositoryDto[];
  coverage: ReposCoverageDto;
  page: number;
  perPage: number;
  /** How many repositories match, on all pages. */
  total: number;
}
