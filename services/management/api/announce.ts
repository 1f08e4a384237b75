import { nuid } from '@nats-io/transport-node';
import type { Request } from 'express';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import {
  changesOf,
  configChangedSubject,
  type ConfigChange,
  type ConfigChanged,
} from '../../../shared/subjects/config-changed.ts';
import { activeCorrelationId } from '../../../shared/telemetry/correlation.ts';
import { activeTraceId } from '../../../shared/telemetry/tracing.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import type { Target } from '../../../shared/store/written.ts';
import type { Deps } from '../deps.ts';
import type { Caller, Change, Route } from './route.ts';

/** Longest text of a member that an audit event keeps; a hook's script is known by its revision. */
const MAX_AUDITED_TEXT_LENGTH = 1_024;

/** How long a write waits for the bus to take its announcement. Without it services find out by themselves within 30 s. */
const ANNOUNCE_TIMEOUT_MS = 500;

/** Tells all services that the configuration has changed, and the stream who changed what. */
export function createAnnouncer({ bus, tenant }: Pick<Deps, 'bus' | 'tenant'>, events: EventPublisher) {
  /** Tells the stream alone: of what is nothing to the other services. */
  function record(change: Change, route: Operation, caller: Caller, request: Request, outcome?: 'unknown'): void {
    const time_ms = Date.now();
    const traceId = activeTraceId();
    const correlationId = activeCorrelationId();
    events.publish({
      type: 'config.written',
      id: nuid.next(),
      time_ms,
      ...(traceId === undefined ? {} : { trace_id: traceId }),
      ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
      ...(caller.ip === undefined ? {} : { ip: caller.ip }),
      user_agent: request.headers['user-agent']?.slice(0, 256),
      ...(caller.person === undefined ? { client_id: caller.id } : { person: caller.person }),
      description: route.summary,
      method: route.method,
      path: request.originalUrl.split('?')[0] ?? '',
      status: outcome === 'unknown' ? 503 : route.status,
      ...(outcome === undefined ? {} : { outcome }),
      collection: change.collection,
      document_id: change.id,
      before: abridged(change.before),
      after: abridged(change.after),
    });
  }

  /**
   * @param change `null` where all was already as it was asked for.
   * @returns What was told to the services.
   */
  async function announce(
    change: Change | null,
    targets: readonly Target[],
    route: Operation,
    caller: Caller,
    request: Request,
  ): Promise<ConfigChange[]> {
    if (change !== null) record(change, route, caller, request);
    // A write that was not noted may have been any of the collection.
    const isNoted = change === null || targets.some(({ collection }) => collection === change.collection);
    const changes = changesOf(isNoted ? targets : [...targets, { collection: change.collection }]);
    if (changes.length > 0) await tellServices(changes, change?.keySetVersion);
    return changes;
  }

  /** A write that may be in effect, or a part of it. */
  async function announceUnknown(
    targets: readonly Target[],
    route: Operation,
    caller: Caller,
    request: Request,
  ): Promise<void> {
    for (const { collection, id } of targets) {
      record({ collection, id, before: null, after: null }, route, caller, request, 'unknown');
    }
    await tellServices(changesOf(targets));
  }

  async function tellServices(changes: readonly ConfigChange[], key_set_version?: number): Promise<void> {
    try {
      for (const change of changes) {
        const message: ConfigChanged = {
          ...change,
          time_ms: Date.now(),
          ...(key_set_version === undefined ? {} : { key_set_version }),
        };
        bus.publish(configChangedSubject(tenant), JSON.stringify(message));
      }
      // Whoever hears of the answer may ask for a token at once; the announcement must be on its way by then.
      await Promise.race([bus.flush(), new Promise((resolve) => setTimeout(resolve, ANNOUNCE_TIMEOUT_MS).unref())]);
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'a change could not be announced');
    }
  }
  return { record, announce, announceUnknown };
}
export type Announcer = ReturnType<typeof createAnnouncer>;

type Operation = Pick<Route, 'summary' | 'method'> & { status: number };

/** Longest JSON text of a document in an audit event; of a longer one the longest members are left out. */
const MAX_AUDITED_DOCUMENT_LENGTH = 65_536;

function abridged(value: unknown): unknown {
  const json = JSON.stringify(value ?? null, shortened);
  const document: unknown = JSON.parse(json);
  if (json.length <= MAX_AUDITED_DOCUMENT_LENGTH) return document;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return leftOut(json);
  const members = Object.entries(document).map(([name, member]): [string, unknown] => {
    const text = JSON.stringify(member);
    return [name, text.length > MAX_AUDITED_TEXT_LENGTH + ELLIPSIS_LENGTH ? leftOut(text) : member];
  });
  return Object.fromEntries(members);
}

/** What `shortened` adds to a text, and JSON's quotes; longer when there is much to escape. */
const ELLIPSIS_LENGTH = 64;

const leftOut = (json: string): string => `… (${String(json.length)} characters)`;

const shortened = (_: string, member: unknown): unknown =>
  typeof member === 'string' && member.length > MAX_AUDITED_TEXT_LENGTH
    ? `${member.slice(0, MAX_AUDITED_TEXT_LENGTH)}… (${String(member.length)} characters)`
    : member;
