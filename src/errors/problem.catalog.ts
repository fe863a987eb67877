import { define } from './problem.definition.js';

/**
 * Every problem this server can answer with: the closed list behind `code`, its HTTP status, its
 * title, and what the reader can do about it. The OpenAPI document and the runbook follow this table.
 */
export const PROBLEMS = define({
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    hint: 'Send a JSON object with Content-Type: application/json.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    hint: 'Correct the fields named in errors and send it again.',
  },
  unauthorized: {
    status: 401,
    title: 'Sign-in is needed',
    hint: 'Sign in (GET /auth/github, POST /pat, POST /clone) and send the accessToken as a Bearer token.',
  },
  session_over: {
    status: 401,
    title: 'The session is over',
    hint: 'Sign in again: a session ends after its idle time, at its limit, or by sign-out.',
  },
  ticket_refused: {
    status: 401,
    title: 'The ticket opens no socket',
    hint: 'Ask for a new one (POST /session/socket-tickets): each opens one socket, within 30 seconds.',
  },
  provider_unauthorized: {
    status: 401,
    title: 'The provider refused the credential',
    hint: 'Check that the token is right, not expired and not revoked, then sign in again.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    hint: 'Use what belongs to your own session.',
  },
  foreign_host: {
    status: 403,
    title: 'The Host header is not one of this server',
    hint: 'In development reach the server by localhost or 127.0.0.1.',
  },
  foreign_origin: {
    status: 403,
    title: 'The Origin is not allowed',
    hint: 'Have the operator add the origin to CORS_ORIGINS.',
  },
  clone_disabled: {
    status: 403,
    title: 'Recaps of repositories by URL or path are switched off',
    hint: 'Have the operator set GIT_HOSTS for URLs, or GIT_ROOT for local paths.',
  },
  sign_in_disabled: {
    status: 403,
    title: 'Sign-in with GitHub is switched off',
    hint: 'Sign in with POST /pat, or have the operator set GITHUB_CLIENT_ID.',
  },
  sign_in_unknown: {
    status: 400,
    title: 'The sign-in is over or never began',
    hint: 'Begin again at GET /auth/github: a state is good once, for ten minutes.',
  },
  sign_in_foreign: {
    status: 403,
    title: 'The sign-in began in another browser',
    hint: 'Begin again at GET /auth/github, and send its cookie (credentials: include) at the end.',
  },
  sign_in_misconfigured: {
    status: 502,
    title: 'The provider does not know this server',
    hint: 'Have the operator compare GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and OAUTH_REDIRECT_URIS with the OAuth app.',
  },
  sign_in_refused: {
    status: 403,
    title: 'This account may not sign in here',
    hint: 'Sign in as a member of an organisation that the operator named in SIGN_IN_ALLOW, with a token that may tell so (GitHub: read:org, GitLab: read_api).',
  },
  redirect_refused: {
    status: 400,
    title: 'The redirect URI is not allowed',
    hint: 'Have the operator add it to OAUTH_REDIRECT_URIS, to the letter.',
  },
  consent_denied: {
    status: 403,
    title: 'Access was not granted',
    hint: 'Begin again and grant access at the provider, or sign in with POST /pat.',
  },
  code_refused: {
    status: 400,
    title: 'The provider refused the code',
    hint: 'Begin again: a code is good once, for ten minutes, with the verifier it was asked with.',
  },
  scope_missing: {
    status: 403,
    title: 'Less was granted than is needed',
    hint: 'Begin again and grant all that is asked for.',
  },
  host_refused: {
    status: 422,
    title: 'This provider address is refused',
    hint: 'Have the operator name the host in PROVIDER_HOSTS, if it is one of your own.',
  },
  clone_refused: {
    status: 422,
    title: 'This repository address is refused',
    hint: 'Give an https URL of a public host, or of a host named in GIT_HOSTS.',
  },
  provider_forbidden: {
    status: 403,
    title: 'The provider does not let this credential do that',
    hint: 'Grant the token read access to repositories, or ask an owner of the repository.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing here',
    hint: 'See /docs for the routes of this server.',
  },
  repository_not_found: {
    status: 404,
    title: 'The repository was not found',
    hint: 'Check the address; GET /repos lists what this session may read.',
  },
  reply_not_found: {
    status: 404,
    title: 'The session has no such reply',
    hint: 'GET /replies lists the replies of this session; start one with POST /recaps.',
  },
  not_acceptable: {
    status: 406,
    title: 'None of the accepted media types can be sent',
    hint: 'See /docs for the media types of this route.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    hint: 'Send the whole request at once.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    hint: 'Send fewer or shorter fields; /docs names the limits.',
  },
  header_too_large: {
    status: 431,
    title: 'The URL or the headers are too large',
    hint: 'Send fewer or shorter ones; sixteen kilobytes are the limit for all together.',
  },
  repository_too_large: {
    status: 422,
    title: 'The repository is too large to copy here',
    hint: 'Use a provider sign-in (POST /pat) for it, or have the operator raise GIT_CACHE_BYTES.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    hint: 'Send application/json.',
  },
  upgrade_required: {
    status: 426,
    title: 'This path is a WebSocket',
    hint: 'Open it as a WebSocket. If you did, a proxy before this server drops the Upgrade header: ask its operator to pass Upgrade and Connection on.',
  },
  unknown_event: {
    status: 400,
    title: 'The socket does not know this event',
    hint: 'See /docs/asyncapi.json for the events of the socket.',
  },
  too_many_connections: {
    status: 422,
    title: 'The session holds as many connections as it may',
    hint: 'Sign out with DELETE /session and sign in with the connections you need.',
  },
  recap_required: {
    status: 409,
    title: 'There is no recap to ask about',
    hint: 'Ask for a recap first, and about one of the latest eight of the session.',
  },
  too_many_replies: {
    status: 429,
    title: 'Too many replies at once',
    hint: 'Wait for a running reply to end or cancel one; the detail names the bound that was met.',
  },
  too_many_sockets: {
    status: 429,
    title: 'The session has too many sockets open',
    hint: 'Close a socket or an event stream; one socket can follow several replies.',
  },
  quota_exceeded: {
    status: 429,
    title: "Today's tokens of the language model are used up",
    hint: 'Wait until it renews, at midnight UTC, or ask for a shorter window.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    hint: 'Wait for the time in Retry-After.',
  },
  provider_rate_limited: {
    status: 429,
    title: 'The provider asks to wait',
    hint: 'Try again at the time in Retry-After; a shorter window or fewer repositories cost less.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong in this server',
    hint: 'Try again; if it lasts, give the operator the requestId.',
  },
  provider_failed: {
    status: 502,
    title: 'The provider failed',
    hint: 'Try again in a minute; the provider has a fault or answers in a form not known here.',
  },
  writer_failed: {
    status: 502,
    title: 'The language model failed',
    hint: 'Start the recap again in a minute.',
  },
  writer_stopped: {
    status: 502,
    title: 'The language model stopped before the end',
    hint: 'Use what there is, or start the recap again.',
  },
  writer_refused: {
    status: 422,
    title: 'The language model declined to answer',
    hint: 'Ask for other repositories or another window, or ask differently.',
  },
  writer_input_too_long: {
    status: 503,
    title: 'This is more than the language model can read',
    hint: 'Ask for a shorter window or fewer repositories, and have the operator lower ANTHROPIC_INPUT_TOKENS.',
  },
  writer_max_tokens_high: {
    status: 503,
    title: 'The language model cannot answer at such length',
    hint: 'Have the operator lower ANTHROPIC_MAX_TOKENS to what the model allows.',
  },
  writer_max_tokens_low: {
    status: 503,
    title: 'The language model had no room for an answer',
    hint: 'Have the operator raise ANTHROPIC_MAX_TOKENS.',
  },
  writer_no_credit: {
    status: 503,
    title: 'The language model has no credit left',
    hint: "Have the operator add credit to the server's account at the language model.",
  },
  writer_key_refused: {
    status: 503,
    title: "The language model refused the server's key",
    hint: 'Have the operator check ANTHROPIC_API_KEY.',
  },
  writer_forbidden: {
    status: 503,
    title: 'The server may not use this language model',
    hint: 'Have the operator check which models and regions its key may use, and ANTHROPIC_MODEL.',
  },
  writer_model_not_found: {
    status: 503,
    title: 'There is no such language model',
    hint: 'Have the operator check ANTHROPIC_MODEL and ANTHROPIC_BASE_URL.',
  },
  reply_lost: {
    status: 503,
    title: 'The reply was lost',
    hint: 'Start the recap again.',
  },
  state_unavailable: {
    status: 503,
    title: 'The shared state cannot be reached',
    hint: 'Try again in a few seconds.',
  },
  state_full: {
    status: 503,
    title: 'The server holds as much as it may',
    hint: 'Try again in a few minutes.',
  },
  server_busy: {
    status: 503,
    title: 'This server has no room for further connections',
    hint: 'Try again in a few seconds; another server may have room.',
  },
  draining: {
    status: 503,
    title: 'This server is shutting down',
    hint: 'Connect again; another server answers.',
  },
  provider_timeout: {
    status: 504,
    title: 'The provider did not answer in time',
    hint: 'Try again; a shorter window or fewer repositories answer sooner.',
  },
  writer_timeout: {
    status: 504,
    title: 'The language model stopped answering',
    hint: 'Start the recap again in a minute.',
  },
});

/** A problem's stable name, for programs. */
export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];
