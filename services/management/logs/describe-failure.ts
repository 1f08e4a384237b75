import type { HookFinding } from '../../../shared/domain/hook-finding.ts';
import type { TokenEvent } from '../../../shared/subjects/token-events.ts';

const HOOK_FAILURES: Readonly<Record<string, string>> = {
  denied: 'refused the request',
  timed_out: 'exceeded its time limit',
  out_of_memory: 'exceeded its memory limit',
  threw: 'threw an error',
  bad_result: 'returned an unusable result',
  unavailable: 'could not be run',
};

/** In the order of the token endpoint's steps (RFC 6749 §5.2, contract §2.3). */
const REASONS: Readonly<Record<string, string>> = {
  invalid_request: 'the request is malformed',
  invalid_client: 'the client did not authenticate as required',
  invalid_grant: 'the assertion is none that the client may use, or was used before',
  unsupported_grant_type: 'the grant type is not supported',
  unauthorized_client: 'the client may not use this grant type',
  too_many_requests: 'the client has used up its quota, or sends too many requests',
  invalid_target: 'the resource is unknown, not granted, or sent more than once',
  invalid_scope: 'the scope cannot be used',
  server_error: 'the token could not be made',
  temporarily_unavailable: 'a required service did not answer',
};

/** Why there was no token, as far as its event shows: the error's code, and what went wrong. */
export function describeFailure(event: TokenEvent): string {
  const { code, status } = event.error ?? { code: 'server_error', status: 500 };
  return `${code}: ${reasonOf(event, status === 429 ? 'too_many_requests' : code)}`;
}

function reasonOf(event: TokenEvent, code: string): string {
  const failed = findingsOf(event).find(({ outcome, unmodified }) => outcome in HOOK_FAILURES && unmodified !== true);
  if (failed !== undefined) return `the hook ${failed.name} ${HOOK_FAILURES[failed.outcome] ?? failed.outcome}`;
  if (code === 'access_denied') return whyDenied(event);
  return REASONS[code] ?? 'the request was refused';
}

/** The event is filled step by step: its missing members show which step refused. */
function whyDenied({ client_name, audience }: TokenEvent): string {
  if (client_name === undefined) return 'the client is unknown, or its secret is wrong';
  if (audience === undefined) return 'there is no API with this audience';
  return `the client has no grant for ${audience} with these scopes`;
}

export const findingsOf = ({ hook, actions = [] }: TokenEvent): HookFinding[] =>
  hook === undefined ? actions : [hook, ...actions];
