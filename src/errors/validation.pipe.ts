import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { DomainError, type FieldError } from './domain.error.js';
import { inheritedNameIn } from './inherited-name.js';

/** Validates and transforms everything clients send; unknown fields are refused, not dropped. */
export const validationPipe = new (class extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const name = metadata.type === 'custom' ? undefined : inheritedNameIn(value);
    if (name === undefined) return super.transform(value, metadata);
    const message = `property ${name} should not exist`;
    throw new DomainError('invalid_request', `Not valid: ${name}.`, {
      errors: [{ field: name, message }],
    });
  }
})({
  whitelist: true,
  forbidNonWhitelisted: true,
  transform: true,
  validationError: { target: false, value: false },
  exceptionFactory: (errors) => {
    const fields = errors.flatMap((error) => fieldErrors(error));
    return new DomainError('invalid_request', summary(fields), { errors: fields });
  },
});

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const field = parent ? `${parent}.${error.property}` : error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
  const nested = (error.children ?? []).flatMap((child) => fieldErrors(child, field));
  return [...own, ...nested];
}

function summary(fields: readonly FieldError[]): string {
  const names = [...new Set(fields.map(({ field }) => field))];
  return `Not valid: ${names.join(', ')}.`;
}
