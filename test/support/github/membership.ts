import type { EmulatedAnswer, EmulatedRequest } from '../provider.emulator.js';
import { exampleOf, violationOf } from './openapi.js';

const TEMPLATE = '/user/memberships/orgs/{org}';
const PATH = /\/user\/memberships\/orgs\/([\w-]+)$/;

/** By their names, the organisations that the token's holder belongs to or is invited to. */
export type Memberships = Readonly<Record<string, 'active' | 'pending'>>;

/** What GitHub tells of the holder's membership; undefined for any other question. */
export function membershipAnswer(
  { method, url }: EmulatedRequest,
  memberships: Memberships,
): EmulatedAnswer | undefined {
  const organization = method === 'GET' ? PATH.exec(url.pathname)?.[1] : undefined;
  if (organization === undefined) return undefined;
  const state = memberships[organization];
  if (!state) return { status: 404, body: { message: 'Not Found' } };
  const body = { ...(exampleOf(TEMPLATE) as object), state };
  const violation = violationOf(TEMPLATE, body);
  if (violation) throw new Error(`${TEMPLATE} answered ${violation}`);
  return { status: 200, body };
}
