import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ProblemDto } from '../errors/problem.dto.js';
import { CoverageDto } from '../recap/coverage.dto.js';
import { CitedActionDto, CondensedDto, DoubtDto, UsageDto } from './replies/replies.dto.js';
import {
  PROGRESS_STAGES,
  type ProgressStage,
  STOP_REASONS,
  type StopReason,
} from './replies/reply.js';

/** The first answer to `recap` and `chat`: the reply's id, to resume and to cancel by. */
export class AcceptedEventDto {
  replyId: string;
  /** The `ref` of the request. */
  ref?: string;
}

class NumberedEventDto {
  replyId: string;
  /** The event's place in its reply: from 1, without gaps, never given twice. */
  seq: number;
}

/** How far the reply is. */
export class ProgressEventDto extends NumberedEventDto {
  @ApiProperty({ enum: PROGRESS_STAGES, enumName: 'ProgressStage' })
  stage: ProgressStage;
  done: number;
  /** Absent while it is not known. */
  total?: number;
}

/** The next piece of the text. */
export class TokenEventDto extends NumberedEventDto {
  /** Markdown; one line a bullet. */
  text: string;
}

/** An action behind a bullet, after that bullet's text. */
export class CitationEventDto extends NumberedEventDto {
  /** From 1. */
  bullet: number;
  action: CitedActionDto;
}

/** The end of a reply that did not fail. */
export class DoneEventDto extends NumberedEventDto {
  @ApiProperty({ enum: STOP_REASONS, enumName: 'StopReason' })
  stopReason: StopReason;
  usage: UsageDto;
  /** Absent when the reply was cancelled before the actions were read. */
  coverage?: CoverageDto;
  /** How many bullets there are: fewer than asked for where less happened. */
  @ApiProperty({ type: 'integer' })
  bullets: number;
  /** The bullets, from 1, that no action stands behind. */
  uncited: number[];
  /** What bullets say and none of the actions they cite: to be marked where the text is shown. */
  @ApiProperty({ type: [DoubtDto] })
  doubtful: DoubtDto[];
  /** How many of the earliest questions and answers were not read again. */
  @ApiPropertyOptional({ type: 'integer' })
  omittedTurns?: number;
  condensed?: CondensedDto;
}

/** What went wrong: with a `seq` the end of a reply, without one a message that was refused. */
export class ErrorEventDto {
  replyId?: string;
  seq?: number;
  ref?: string;
  problem: ProblemDto;
}
