import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { Optional } from '../../errors/optional.decorator.js';
import { ProblemDto } from '../../errors/problem.dto.js';
import { ACTION_TYPES, type ActionType } from '../../providers/action.js';
import { ActionFilterDto } from '../../recap/action-filter.dto.js';
import { CoverageDto } from '../../recap/coverage.dto.js';
import { RECAP_STYLES, type RecapStyle } from '../writer/recap.writer.js';
import { REPLY_STATUSES, type ReplyStatus } from './reply.content.js';
import { REPLY_KINDS, type ReplyKind, STOP_REASONS, type StopReason } from './reply.js';

export class RecapDto extends ActionFilterDto {
  /** How many bullets at most. */
  @Optional()
  @IsInt()
  @Min(1)
  @Max(15)
  @ApiPropertyOptional({ type: 'integer' })
  bullets: number = 5;

  /** How it is to sound. */
  @Optional()
  @IsIn(RECAP_STYLES)
  @ApiPropertyOptional({ enum: RECAP_STYLES, enumName: 'RecapStyle' })
  style: RecapStyle = 'professional';

  /**
   * The language to write in, as a BCP 47 tag.
   * @example en
   */
  @Optional()
  @IsString()
  @Matches(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/, { message: 'language must be a BCP 47 tag' })
  @ApiPropertyOptional()
  language: string = 'en';
}

export class CitedActionDto {
  id: string;
  @ApiProperty({ enum: ACTION_TYPES, enumName: 'ActionType' })
  type: ActionType;
  title: string;
  url: string;
}

export class CitationDto {
  /** The bullet it belongs to, from 1. */
  bullet: number;
  action: CitedActionDto;
}

export class UsageDto {
  /** Who wrote: `extractive` is this server itself, without a language model. */
  writer?: 'extractive' | 'anthropic';
  model?: string;
  inputTokens?: number;
  /** Of the input tokens, those read from the model's cache. */
  cachedInputTokens?: number;
  outputTokens?: number;
  /** US dollars, where the model's price is known. */
  cost?: number;
}

export class CondensedDto {
  @ApiProperty({ type: 'integer' })
  repositories: number;
  /** The actions the model saw only in shorter words. */
  @ApiProperty({ type: 'integer' })
  actions: number;
  /** The actions it did not see. */
  @ApiProperty({ type: 'integer' })
  dropped: number;
}

/** Words of a bullet that stand in none of its sources. */
export class DoubtDto {
  /** From 1. */
  @ApiProperty({ type: 'integer' })
  bullet: number;
  /** A number, version, date, reference, name or file, as the bullet writes it. */
  @ApiProperty({ maxLength: 100 })
  text: string;
}

export class ReplyDto {
  replyId: string;
  /** Absent where the reply cannot be read any more. */
  @ApiPropertyOptional({ enum: REPLY_KINDS, enumName: 'ReplyKind' })
  kind?: ReplyKind;
  /** What was asked, of a `chat`. */
  question?: string;
  /** The recap it was asked about. */
  about?: string;
  /** Absent where the reply cannot be read any more. */
  createdAt?: string;
  @ApiProperty({ enum: REPLY_STATUSES, enumName: 'ReplyStatus' })
  status: ReplyStatus;
  /** The number of the last event: follow on from here. */
  seq: number;
  /** Markdown, one line a bullet; what there is of it so far. */
  text: string;
  @ApiProperty({ type: [CitationDto] })
  citations: readonly CitationDto[];
  /** How many bullets there are, once it has ended. */
  @ApiPropertyOptional({ type: 'integer' })
  bullets?: number;
  /** The bullets, from 1, that no action stands behind. */
  @ApiProperty({ type: [Number] })
  uncited: readonly number[];
  /** What bullets say and none of the actions they cite: to be marked where the text is shown. */
  @ApiProperty({ type: [DoubtDto] })
  doubtful: readonly DoubtDto[];
  @ApiProperty({ enum: STOP_REASONS, enumName: 'StopReason', required: false })
  stopReason?: StopReason;
  usage?: UsageDto;
  coverage?: CoverageDto;
  /** How many of the earliest questions and answers were not read again. */
  @ApiPropertyOptional({ type: 'integer' })
  omittedTurns?: number;
  condensed?: CondensedDto;
  /** Why it failed. */
  problem?: ProblemDto;
}

export class RepliesDto {
  /** Oldest first. */
  replies: ReplyDto[];
}
