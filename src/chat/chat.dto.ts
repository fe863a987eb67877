import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';
import { Optional } from '../errors/optional.decorator.js';
import { RecapDto } from './replies/replies.dto.js';

const REPLY_ID = /^[\w-]{1,64}$/;

export class RecapMessageDto extends RecapDto {
  /** The client's own name for this request; `accepted` and `error` bring it back. */
  @Optional()
  @IsString()
  @Length(1, 64)
  ref?: string;
}

export class ChatMessageDto {
  /** The question. */
  @IsString()
  @Length(1, 4_000)
  text: string;

  /** The recap it is about, or an answer about it; absent: the latest recap of the session. */
  @Optional()
  @Matches(REPLY_ID, { message: 'replyId must be one that accepted gave' })
  replyId?: string;

  /** The client's own name for this request; `accepted` and `error` bring it back. */
  @Optional()
  @IsString()
  @Length(1, 64)
  ref?: string;
}

export class CancelMessageDto {
  @Matches(REPLY_ID, { message: 'replyId must be one that accepted gave' })
  replyId: string;
}

export class ResumeMessageDto extends CancelMessageDto {
  /** The last seq seen; 0: everything. */
  @IsInt()
  @Min(0)
  @Max(1_000_000_000)
  @ApiProperty({ type: 'integer' })
  after: number;
}
