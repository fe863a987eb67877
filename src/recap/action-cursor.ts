import { plainToInstance, Type } from 'class-transformer';
import { IsInstance, IsISO8601, IsString, Length, validateSync } from 'class-validator';
import { DomainError } from '../errors/domain.error.js';
import { inheritedNameIn } from '../errors/inherited-name.js';
import { ActionFilterDto } from './action-filter.dto.js';
import type { ResolvedFilter } from './action-filter.js';
import type { ActionPosition } from './newest-actions.js';

class PositionDto implements ActionPosition {
  @IsISO8601()
  timestamp: string;

  @IsString()
  @Length(1, 1024)
  id: string;
}

class CursorDto {
  @Type(() => ActionFilterDto)
  @IsInstance(ActionFilterDto)
  filter: ActionFilterDto;

  @Type(() => PositionDto)
  @IsInstance(PositionDto)
  after: PositionDto;
}

/** Where a page ended and what it was a page of. Opaque to clients, but nothing secret. */
interface ActionCursor {
  readonly filter: ResolvedFilter;
  readonly after: ActionPosition;
}

export function writeCursor({ filter, after }: ActionCursor): string {
  const { timestamp, id } = after;
  return Buffer.from(JSON.stringify({ filter, after: { timestamp, id } })).toString('base64url');
}

/** @throws DomainError `invalid_request` for a text that {@link writeCursor} did not make. */
export function readCursor(cursor: string): { filter: ActionFilterDto; after: ActionPosition } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (inheritedNameIn(parsed) !== undefined) throw new Error('the cursor has foreign fields');
    const dto = plainToInstance(CursorDto, parsed as object);
    const options = { whitelist: true, forbidNonWhitelisted: true };
    const wrong = [dto, dto.filter, dto.after].flatMap((part) => validateSync(part, options));
    if (wrong.length > 0) throw new Error('the cursor has wrong fields');
    return dto;
  } catch (cause) {
    throw new DomainError('invalid_request', 'The cursor was not made by this server.', {
      cause,
      errors: [{ field: 'cursor', message: 'cursor must be a nextCursor of an earlier page' }],
    });
  }
}
