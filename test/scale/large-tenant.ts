import type { Db, Document } from 'mongodb';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { SERVICES, type ServiceName } from '../../deploy/local/service-env.ts';
import { percentile } from '../bench/stats.ts';
import { startAnother } from '../support/another-service.ts';
import { openManagement } from '../support/management.ts';
import { figuresOf } from '../support/process-figures.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { fillTenant, type TenantSize } from './fill-tenant.ts';
import { delay, startTokenLoad, type Answer, type Asker, type TokenLoad } from './token-load.ts';

export const CLAIM = 'https://scale.example/plan';
const HOOK = `module.exports = (client, scope, audience, context, cb) => cb(null, { ${JSON.stringify(CLAIM)}: client.metadata.plan });`;

const SWEEP_CLIENTS = 32;

/** A stack whose tenant has a size, and who may ask it for tokens. */
export type Tenant = { stack: Stack; askerOf: (n: number) => Asker; asked: number };

/** Starts a stack and fills its tenant; one hook, which adds {@link CLAIM}, is enabled on top of those of the size. */
export async function startTenant(size: TenantSize): Promise<Tenant> {
  const stack = await startStack({ hook: HOOK });
  try {
    const { secrets } = await loadSecrets(stack.dataDir);
    const key = Buffer.from(secrets.client_secret_key, 'base64url');
    const askerOf = await fillTenant(await stack.db(), size, key);
    await stack.announceChange();
    return { stack, askerOf, asked: 0 };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Milliseconds from the command to ready of one more of each service, all started together. */
export async function startUpOf({ stack }: Tenant): Promise<Record<ServiceName, number>> {
  await using cleanup = new AsyncDisposableStack();
  const startedMs = performance.now();
  const started = await Promise.allSettled(
    SERVICES.map(async (name) => {
      const service = await startAnother(stack, name);
      cleanup.defer(async () => {
        await service.stop();
      });
      return [name, performance.now() - startedMs] as const;
    }),
  );
  const entries = started.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return Object.fromEntries(entries) as Record<ServiceName, number>;
}

/** Resident memory, MiB. */
export function memoryOf({ stack }: Tenant): Record<ServiceName | 'sandbox' | 'mongod', number> {
  const names = [...SERVICES, 'sandbox', 'mongod'] as const;
  const sumOf = (name: (typeof names)[number]): number =>
    stack.pidsOf(name).reduce((sum, pid) => sum + figuresOf(pid).rssMib, 0);
  return Object.fromEntries(names.map((name) => [name, sumOf(name)])) as ReturnType<typeof memoryOf>;
}

/**
 * Token requests of several tenants at a fixed rate, each tenant having its turn and each request another client than the one before:
 * whatever disturbs the machine disturbs them all.
 */
export async function askInTurn(tenants: readonly Tenant[], ratePerSecond: number, forMs: number): Promise<Answer[][]> {
  const loads = tenants.map((tenant) => {
    const { askerOf, asked } = tenant;
    return startTokenLoad(tenant.stack.url, (n) => askerOf(asked + n), {
      ratePerSecond: ratePerSecond / tenants.length,
    });
  });
  await delay(forMs);
  return Promise.all(loads.map((load, i) => ended(load, tenants[i])));
}

/** Token requests of so many clients in turn, as fast as they are answered, so that the gateway knows them. */
export async function sweep(tenant: Tenant, requests: number): Promise<Answer[]> {
  const { askerOf, asked } = tenant;
  const load = startTokenLoad(tenant.stack.url, (n) => askerOf(asked + n), { clients: SWEEP_CLIENTS });
  while (load.answers.length < requests) await delay(50);
  return ended(load, tenant);
}

async function ended(load: TokenLoad, tenant: Tenant | undefined): Promise<Answer[]> {
  const answers = await load.stop();
  if (tenant !== undefined) tenant.asked += answers.length;
  return [...answers];
}

export const tookMsOf = (answers: readonly Answer[], percent: number): number =>
  percentile(
    answers.map(({ tookMs }) => tookMs),
    percent,
  );

/** The shortest of three answers to each of the lists that tools ask the Management API for, milliseconds. */
export async function listsOf(tenant: Tenant): Promise<{ path: string; ms: number; items: number }[]> {
  const { stack, askerOf } = tenant;
  const { clientId, audience } = askerOf(1_234);
  const api = await openManagement(stack);
  const paths = [
    '/clients?per_page=100&page=0&include_totals=true',
    '/clients?per_page=100&page=199&include_totals=true',
    `/clients?take=100&from=${clientId}`,
    '/clients?is_first_party=true&app_type=spa&per_page=100&page=10&include_totals=true',
    '/clients?is_first_party=true&per_page=100&page=100',
    `/clients/${clientId}`,
    `/client-grants?audience=${encodeURIComponent(audience)}&per_page=100`,
    `/client-grants?client_id=${clientId}`,
    '/client-grants?per_page=100&page=399',
    '/resource-servers?per_page=100&page=4&include_totals=true',
    '/hooks',
    '/hooks?enabled=false&per_page=50&page=3',
    '/actions/actions?per_page=50',
  ];
  const lists = [];
  for (const path of paths) {
    let ms = Infinity;
    let items = 0;
    for (let i = 0; i < 3; i++) {
      const startedMs = performance.now();
      const { status, body } = await api.call('GET', path);
      ms = Math.min(ms, performance.now() - startedMs);
      if (status !== 200) throw new Error(`GET ${path}: ${String(status)} ${JSON.stringify(body)}`);
      items = itemsOf(body);
    }
    lists.push({ path: path.replaceAll(clientId, 'ID').replaceAll(encodeURIComponent(audience), 'API'), ms, items });
  }
  return lists;
}

function itemsOf(body: unknown): number {
  if (Array.isArray(body)) return body.length;
  const array = Object.values(body as object).find((value) => Array.isArray(value));
  return Array.isArray(array) ? array.length : 1;
}

/** A query as MongoDB's profiler tells of it. */
export type Query = { collection: string; plan: string; documents: number; returned: number; query: string };

/** The queries that MongoDB is asked of a tenant's configuration while something goes on. */
export async function queriesDuring(db: Db, act: () => Promise<unknown>): Promise<Query[]> {
  await db.command({ profile: 2 });
  try {
    await act();
  } finally {
    await db.command({ profile: 0 });
  }
  const found = await db
    .collection('system.profile')
    .find({ planSummary: { $exists: true } })
    .toArray();
  await db.collection('system.profile').drop();
  return found.map((entry: Document) => ({
    collection: String(entry.ns).slice(db.databaseName.length + 1),
    plan: String(entry.planSummary),
    documents: Number(entry.docsExamined ?? 0),
    returned: Number(entry.nreturned ?? 0),
    query: JSON.stringify(
      (entry.command as Document | undefined)?.filter ?? (entry.command as Document | undefined)?.pipeline,
    ),
  }));
}
