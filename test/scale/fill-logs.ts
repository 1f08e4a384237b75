import assert from 'node:assert/strict';
import type { Db } from 'mongodb';
import { logId } from '../../services/management/logs/log-id.ts';
import { logsIn, type StoredLog } from '../../shared/store/logs.ts';

export const CLIENTS = 20_000;
export const LOGS = 100_000;

/** Before hookmint was: the tenant's own logs come after them. */
const BORN_MS = 1_700_000_000_000;
const BATCH = 10_000;
const APIS = 50;
export const INTERVAL_MS = 10_000;
/** One of so many is refused. */
const REFUSED_EVERY = 10;
const RUN = { revision: 'r'.repeat(43), outcome: 'ok', cpu_ms: 0.4, wall_ms: 1.2 };

export const nameOf = (client: number): string => `Worker ${String(client).padStart(5, '0')}`;
const idOf = (client: number): string => `many-${String(client)}`;

const newest = LOGS - 2;
/** What is known of one of the newest that was issued. */
export const NEWEST = {
  client: newest % CLIENTS,
  requestsOfClient: LOGS / CLIENTS,
  correlationId: `order-${String(newest)}`,
  jti: `jti-${String(newest)}`,
};

/** Clients like the one of the id, each with a name of its own. */
export async function fillClients(db: Db, like: string): Promise<void> {
  const collection = db.collection<{ _id: string }>('clients');
  const model = await collection.findOne({ _id: like });
  assert.ok(model !== null);
  const many = Array.from({ length: CLIENTS }, (_, index) => ({ ...model, _id: idOf(index), name: nameOf(index) }));
  await collection.insertMany([...many, { ...model, _id: 'zurich', name: 'Zürich billing' }], { ordered: false });
}

/** Logs of token requests, one each ten seconds until now, of all clients in turn. */
export async function fillLogs(db: Db): Promise<void> {
  const { collection } = logsIn(db);
  const hook = await db.collection<{ _id: string; name: string }>('hooks').findOne({ name: 'tutorial' });
  assert.ok(hook !== null);
  const run = { id: hook._id, name: hook.name, ...RUN };
  const nowMs = Date.now();
  for (let from = 0; from < LOGS; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => logOf(from + index, nowMs, run));
    await collection.insertMany(batch, { ordered: false });
  }
}

function logOf(index: number, nowMs: number, run: typeof RUN & { id: string; name: string }): StoredLog {
  const client = index % CLIENTS;
  const isRefused = index % REFUSED_EVERY === REFUSED_EVERY - 1;
  const [jti, correlation_id] = [`jti-${String(index)}`, `order-${String(index)}`];
  const trace_id = index.toString(16).padStart(32, '0');
  const error = { code: 'access_denied', status: 403 };
  const details = {
    hook: run,
    actions: { executions: [] },
    ...(isRefused ? { error } : { access_token_jti: jti, kid: 'key', custom_claims: ['https://example.com/plan'] }),
    duration_ms: 4 + (index % 17),
    trace_id,
    correlation_id,
  };
  return {
    _id: logId(BORN_MS, index, 0),
    event_id: `event-${String(index)}`,
    date: new Date(nowMs - (LOGS - 1 - index) * INTERVAL_MS),
    type: isRefused ? 'feccft' : 'seccft',
    description: isRefused ? 'The hook refused it' : 'Client Credentials for Access Token',
    client_id: idOf(client),
    client_name: nameOf(client),
    audience: `https://api-${String(index % APIS)}.example.com/`,
    scope: 'read:data write:data',
    ip: `192.0.2.${String(index % 250)}`,
    user_agent: 'worker/1.0',
    hostname: 'localhost',
    hook_id: [run.id],
    hook_revision: [run.revision],
    correlation_id,
    trace_id,
    ...(isRefused ? { error_code: error.code, hook_outcome: ['denied'] } : { jti }),
    details: JSON.stringify(details),
  };
}
