import { ValidateBy, type ValidationOptions } from 'class-validator';

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** For what is put into the model's cache, and what is read from it. */
  readonly cacheWrite: number;
  readonly cacheRead: number;
}

const FIELDS = ['input', 'output', 'cacheWrite', 'cacheRead'] as const;

/** Prices by the beginning of a model's name, each with all four numbers. */
export const IsPriceTable = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isPriceTable',
      validator: {
        validate: (value: unknown) => isRecord(value) && Object.values(value).every(isPrice),
        defaultMessage: () =>
          'ANTHROPIC_PRICES must be JSON such as {"my-model":{"input":3,"output":15,"cacheWrite":3.75,"cacheRead":0.3}}',
      },
    },
    options,
  );

const isPrice = (value: unknown): boolean =>
  isRecord(value) &&
  Object.keys(value).length === FIELDS.length &&
  FIELDS.every((field) => Number.isFinite(value[field]) && Number(value[field]) >= 0);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
