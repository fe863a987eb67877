import {
  createRequesterFn,
  type FormattedResponse,
  type ResourceOptions,
  type RequesterType,
  type ResponseBodyTypes,
} from '@gitbeaker/requester-utils';
import { DomainError } from '../../errors/domain.error.js';
import type { OutboundFetch, OutboundRequest } from '../http/outbound-target.js';
import { withoutTrailingSlashes } from '../trailing-slashes.js';
import { gitlabError } from './gitlab.error.js';

/** What gitbeaker hands over of a request. */
interface GitbeakerRequest extends OutboundRequest {
  readonly prefixUrl?: string;
  readonly searchParams?: string;
}

/**
 * gitbeaker's way out. Its own one asks again ten times within a second, whatever GitLab answers;
 * ours leaves that, and the limits, to `fetch`.
 */
export function gitlabRequester(
  fetch: OutboundFetch,
  signal: AbortSignal,
): (resource: ResourceOptions) => RequesterType {
  return createRequesterFn(
    (_, request) => Promise.resolve(request),
    async (endpoint, request: GitbeakerRequest = {}) => {
      const { prefixUrl = '', searchParams = '', method, headers, body } = request;
      const url = new URL(`${withoutTrailingSlashes(prefixUrl)}/${endpoint}`);
      url.search = searchParams;
      const response = await fetch(url, { method, headers, body, signal });
      if (!response.ok) throw gitlabError(response.status);
      return answerOf(response);
    },
  );
}

async function answerOf(response: Response): Promise<FormattedResponse> {
  const { status, headers } = response;
  try {
    const body = (await response.json()) as ResponseBodyTypes;
    return { status, body, headers: Object.fromEntries(headers) };
  } catch (cause) {
    throw new DomainError('provider_failed', 'GitLab answered in a form not known here', { cause });
  }
}
