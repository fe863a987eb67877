import { ValidateBy, type ValidationOptions } from 'class-validator';
import ipaddr from 'ipaddr.js';

/** None, the last so many in front of this server, or those with these addresses and networks. */
export type TrustedProxies = false | number | string[];

/** Reads `off`, a number, or a list; what is none of them comes back as a list with wrong entries. */
export function readTrustedProxies(text: string): TrustedProxies {
  if (text === 'off') return false;
  if (/^\d+$/.test(text)) return Number(text);
  return text.split(',').map((item) => item.trim());
}

/**
 * What Fastify takes for it. A plain number it takes for nobody, as whoever reaches this server past
 * the proxies could then name any address; here it is the operator who says that nobody does.
 */
export function proxyTrust(
  proxies: TrustedProxies,
): false | string[] | ((address: string, hop: number) => boolean) {
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxies;
}

export function IsTrustedProxies(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isTrustedProxies',
      validator: {
        validate: isTrustedProxies,
        defaultMessage: () => '$property must be off, a number of proxies, or their addresses',
      },
    },
    options,
  );
}

function isTrustedProxies(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isNetwork);
  return value === false || (typeof value === 'number' && value >= 1 && value <= 10);
}

const isNetwork = (text: string): boolean => ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
