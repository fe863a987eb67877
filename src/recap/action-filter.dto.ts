import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsString, Length } from 'class-validator';
import { Optional } from '../errors/optional.decorator.js';
import { ACTION_TYPES, type ActionType } from '../providers/action.js';
import type { ActionFilter } from './action-filter.js';
import { NAMED_WINDOWS, type NamedWindow } from './named-window.js';

/** A query string has one value where a JSON body has a list of one. */
const asList = ({ value }: { value: unknown }): unknown =>
  value === undefined || Array.isArray(value) ? value : [value];

/** A query string spells its booleans out. */
export const asBoolean = ({ value }: { value: unknown }): unknown => {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
};

/** Which actions are asked for; everything is optional. */
export class ActionFilterDto implements ActionFilter {
  /**
   * Repository ids as GET /repos gives them; absent: all repositories of the session.
   * @example ["github:github.com/octocat/hello-world"]
   */
  @Optional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @Length(1, 512, { each: true })
  repo?: string[];

  /**
   * Where the window begins (inclusive): an instant, or a calendar date in timeZone. Default: 7 days
   * before its end.
   * @example 2025-05-12
   */
  @Optional()
  @IsString()
  @Length(1, 40)
  since?: string;

  /**
   * Where the window ends: an instant (exclusive), or a calendar date in timeZone (that day
   * included). Default: now.
   * @example 2025-05-18
   */
  @Optional()
  @IsString()
  @Length(1, 40)
  until?: string;

  /**
   * The window by name, in place of since and until: whole calendar days in timeZone, where a week begins
   * on Monday, and one that has begun (this-…) ends now.
   * @example last-working-day
   */
  @Optional()
  @IsIn(NAMED_WINDOWS)
  @ApiPropertyOptional({ enum: NAMED_WINDOWS, enumName: 'NamedWindow' })
  window?: NamedWindow;

  /**
   * The IANA time zone of calendar dates. Default: UTC.
   * @example Europe/Zurich
   */
  @Optional()
  @IsString()
  @Length(1, 64)
  timeZone?: string;

  /**
   * Whose actions: logins, e-mail addresses, `me`, or `*` for everyone. Default: `me`, or everyone
   * where no connection belongs to a person. Commits that name them as co-author only are found in git
   * repositories and on GitLab, while GitHub and Azure DevOps find commits by their author.
   * @example ["me"]
   */
  @Optional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @Length(1, 254, { each: true })
  author?: string[];

  /**
   * The kinds of action. Default: all. Commits are those of all branches in git repositories and on
   * GitLab, and those of the default branch on GitHub and Azure DevOps, where work in progress shows as
   * its pull request. Reviews are approvals on GitLab and votes on Azure DevOps. Git knows commits and
   * releases only, Azure DevOps no releases.
   * @example ["commit", "pull_request"]
   */
  @Optional()
  @Transform(asList)
  @IsArray()
  @IsIn(ACTION_TYPES, { each: true })
  @ApiPropertyOptional({ enum: ACTION_TYPES, enumName: 'ActionType', isArray: true })
  type?: ActionType[];

  /** Whether actions of bots are wanted too. Default: no. */
  @Optional()
  @Transform(asBoolean)
  @IsBoolean()
  includeBots?: boolean;
}
