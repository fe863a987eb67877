import { ValidateIf } from 'class-validator';

/**
 * A field that may be left out, and then has its default. Unlike class-validator's `IsOptional`, which
 * lets `null` past every check and past the default too, a `null` is held against the field's checks.
 */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
