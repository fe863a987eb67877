import { DomainError } from '../../errors/domain.error.js';

/**
 * Takes the few fields we use out of a provider's answer. What is not of the expected kind is that
 * provider's failure (`provider_failed`), never an `undefined` that surfaces somewhere else.
 */
export class AnswerReader {
  constructor(
    private readonly provider: string,
    private readonly value: unknown,
    private readonly path = 'answer',
  ) {}

  text(field: string): string {
    const value = this.field(field);
    return typeof value === 'string' ? value : this.refuse(field);
  }

  /** Undefined for what is absent, null or empty. */
  optionalText(field: string): string | undefined {
    const value = this.field(field) ?? '';
    return typeof value === 'string' ? value || undefined : this.refuse(field);
  }

  number(field: string): number {
    const value = this.field(field);
    return typeof value === 'number' ? value : this.refuse(field);
  }

  boolean(field: string): boolean {
    const value = this.field(field);
    return typeof value === 'boolean' ? value : this.refuse(field);
  }

  optionalNumber(field: string): number | undefined {
    return (this.field(field) ?? undefined) === undefined ? undefined : this.number(field);
  }

  optionalBoolean(field: string): boolean | undefined {
    return (this.field(field) ?? undefined) === undefined ? undefined : this.boolean(field);
  }

  /** An instant, as ISO 8601 in UTC. */
  instant(field: string): string {
    return this.optionalInstant(field) ?? this.refuse(field);
  }

  /** An SDK may have made a date of it already. */
  optionalInstant(field: string): string | undefined {
    const value = this.field(field);
    const text = value instanceof Date ? value : this.optionalText(field);
    if (text === undefined) return undefined;
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? this.refuse(field) : date.toISOString();
  }

  object(field: string): AnswerReader {
    return this.optionalObject(field) ?? this.refuse(field);
  }

  optionalObject(field: string): AnswerReader | undefined {
    const value = this.field(field) ?? undefined;
    if (value === undefined) return undefined;
    return new AnswerReader(this.provider, value, `${this.path}.${field}`);
  }

  list(field: string): AnswerReader[] {
    return this.object(field).items();
  }

  /** This value's own items, where it is a list. Nulls stand for what was not to be read, and are left out. */
  items(): AnswerReader[] {
    if (!Array.isArray(this.value)) return this.refuse();
    const items: unknown[] = this.value.filter((item) => item !== null);
    return items.map(
      (item, index) => new AnswerReader(this.provider, item, `${this.path}.${index}`),
    );
  }

  /** This value's own items as texts, where it is a list of texts and numbers. */
  texts(): string[] {
    return this.items().map(({ value }) => String(value));
  }

  private field(name: string): unknown {
    if (typeof this.value !== 'object' || this.value === null) return this.refuse();
    return (this.value as Record<string, unknown>)[name];
  }

  private refuse(field?: string): never {
    const cause = new Error(
      `unexpected ${field === undefined ? this.path : `${this.path}.${field}`}`,
    );
    const detail = `${this.provider} answered in a form not known here`;
    throw new DomainError('provider_failed', detail, { cause });
  }
}
