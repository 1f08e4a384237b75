import type { HookFinding } from '../../../shared/domain/hook-finding.ts';
import { JWT_BEARER_GRANT, TOKEN_EXCHANGE } from '../../../shared/domain/subject-token.ts';
import type { LogEntry } from '../../../shared/domain/log-entry.ts';
import type { ConfigWritten } from '../../../shared/subjects/config-written.ts';
import type { StreamEvent } from '../../../shared/subjects/events.ts';
import { ofLimit } from './of-limit.ts';
import type { TokenEvent } from '../../../shared/subjects/token-events.ts';
import { describeFailure, findingsOf } from './describe-failure.ts';

/** By the name that Auth0 gives to the exchange (contract §5.7). */
const ISSUED = 'Client Credentials for Access Token';

/** By the other grants. */
const ISSUED_FOR_OTHERS: ReadonlyMap<string, string> = new Map([
  [TOKEN_EXCHANGE, 'Token Exchange for Access Token'],
  [JWT_BEARER_GRANT, 'JWT Bearer Assertion for Access Token'],
]);

const issuedBy = ({ on_behalf_of }: TokenEvent): string =>
  ISSUED_FOR_OTHERS.get(on_behalf_of?.grant_type ?? '') ?? ISSUED;

/**
 * The log that an event becomes (contract §5.7): `seccft` for a token that was issued, `feccft` for a token request that was
 * refused or failed, `sapi` for a write of the configuration, `token_quota_consumption_warning` and `api_limit` for a client at its limits.
 *
 * @param hostname That clients reach hookmint by.
 */
export function logOfEvent(event: StreamEvent, logId: string, hostname: string): LogEntry {
  const { id, time_ms, ip, user_agent, client_id, client_name } = event;
  const common = {
    log_id: logId,
    event_id: id,
    date: new Date(time_ms),
    hostname,
    ...given({ ip, user_agent, client_id, client_name }),
  };
  if (event.type === 'config.written') {
    const { person } = event;
    const description = event.outcome === 'unknown' ? `${event.description} (it may be in effect)` : event.description;
    const who = given({ user_id: person?.id, user_name: person?.name, correlation_id: event.correlation_id });
    return { ...common, ...who, type: 'sapi', description, details: JSON.stringify(detailsOfWrite(event)) };
  }
  if (event.type === 'quota.warning' || event.type === 'limit.exceeded') return { ...common, ...ofLimit(event) };
  const isIssued = event.type === 'token.issued';
  return {
    ...common,
    ...given({ audience: event.audience, scope: event.scope, correlation_id: event.correlation_id, jti: event.jti }),
    ...given({ error_code: event.error?.code, trace_id: event.trace_id }),
    ...lookedUpOf(findingsOf(event)),
    type: isIssued ? 'seccft' : 'feccft',
    description: isIssued ? issuedBy(event) : describeFailure(event),
    details: JSON.stringify(detailsOfToken(event, isIssued)),
  };
}

/** What finds the log by the code that shaped the token. */
function lookedUpOf(
  findings: readonly HookFinding[],
): Pick<LogEntry, 'hook_id' | 'hook_revision' | 'hook_rule' | 'hook_outcome'> {
  if (findings.length === 0) return {};
  const failed = findings.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'ok');
  const shaped = findings.map(({ rule }) => rule).filter((rule) => rule !== undefined);
  const rules = [...new Set([...shaped, ...(findings.some(({ shadow }) => shadow !== undefined) ? ['shadow'] : [])])];
  return {
    hook_id: findings.map(({ id }) => id),
    hook_revision: findings.map(({ revision }) => revision),
    ...(rules.length === 0 ? {} : { hook_rule: rules }),
    ...(failed.length === 0 ? {} : { hook_outcome: failed }),
  };
}

function detailsOfToken(event: TokenEvent, isIssued: boolean): object {
  return {
    actions: { executions: event.actions ?? [] },
    hook: event.hook,
    access_token_jti: event.jti,
    kid: event.kid,
    proof_of_possession: event.proof_of_possession,
    client_assertion: event.client_assertion,
    on_behalf_of: event.on_behalf_of,
    custom_claims: event.custom_claims,
    dropped: event.dropped,
    scope_changes: event.scope_changes,
    refusals: event.refusals,
    ...(isIssued ? {} : { error: { ...event.error, message: describeFailure(event) } }),
    duration_ms: event.duration_ms,
    trace_id: event.trace_id,
    correlation_id: event.correlation_id,
  };
}

function detailsOfWrite(event: ConfigWritten): object {
  return {
    request: {
      method: event.method,
      path: event.path,
      ip: event.ip,
      userAgent: event.user_agent,
      channel: event.person === undefined ? 'api' : 'console',
      auth: event.person === undefined ? undefined : { user: event.person },
    },
    response: { statusCode: event.status },
    outcome: event.outcome,
    collection: event.collection,
    document_id: event.document_id,
    before: event.before,
    after: event.after,
    trace_id: event.trace_id,
    correlation_id: event.correlation_id,
  };
}

/** Without the members that are not there. */
function given<Members extends Record<string, string | undefined>>(
  members: Members,
): { [Name in keyof Members]?: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: string;
  };
}
