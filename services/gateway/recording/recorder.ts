import { performance } from 'node:perf_hooks';
import { nuid, type NatsConnection } from '@nats-io/transport-node';
import type { RecordedInput } from '../../../shared/domain/recorded-input.ts';
import type { RecordingSettings } from '../../../shared/domain/recording.ts';
import { metadataNamed } from '../../../shared/domain/static-claims.ts';
import { messageOf } from '../../../shared/errors.ts';
import { mapInTurns } from '../../../shared/in-turns.ts';
import { logger } from '../../../shared/log.ts';
import { openSealing } from '../../../shared/recording-seal.ts';
import {
  hookRecordedSubject,
  MAX_RECORDING_BYTES,
  MAX_RECORDINGS,
  type HookRecorded,
} from '../../../shared/subjects/hook-recorded.ts';
import { hookRecordings } from '../../../shared/telemetry/metrics.ts';
import type { Configuration } from '../configuration-cache.ts';
import type { ShapedRequest } from '../steps/shaped-request.ts';
import { redactInput } from './redact-input.ts';

/** Sealing, sending and storing cost the same for one as for many. */
const SEND_INTERVAL_MS = 250;
/** Bytes of all recordings of a message: what the event loop does at a time, and the bus takes. */
const MAX_MESSAGE_BYTES = 1_000_000;
/** What recording takes of the event loop between two messages: a tenth. What is not redacted by then is not recorded. */
const MAX_WORK_MS = SEND_INTERVAL_MS / 10;
/** Share of its time that the event loop was busy: above, tokens need it. */
const BUSY = 0.9;
const MAX_RECORDINGS_BUSY = 50;

/** What hooks are told of a request, with all that is in it. */
export type Recorded = { request: ShapedRequest; customClaims: Record<string, unknown> };

export type Recorder = {
  /** Takes a request that hooks shape, and returns at once. */
  take: (recorded: Recorded) => void;
  close: () => Promise<void>;
};

/**
 * Records a share of the requests that hooks shape, as the tenant's settings say: redacted and sealed here, sent to management together. It
 * is the first to go: what is too much at a time is not recorded, of a gateway that is busy the most, and what cannot be sent is lost.
 */
export function openRecorder(
  bus: NatsConnection,
  { tenant, issuer }: { tenant: string; issuer: string },
  configuration: Pick<Configuration, 'tenantSettings' | 'recordingKey'>,
): Recorder {
  const subject = hookRecordedSubject(tenant);
  let waiting: (Recorded & { timeMs: number })[] = [];
  let max = MAX_RECORDINGS;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let utilization = performance.eventLoopUtilization();
  // A counter that begins with its first loss shows no increase by it.
  for (const outcome of [SENT, DROPPED]) hookRecordings.add(0, outcome);

  let closed = false;

  async function choose(recorded: Recorded): Promise<void> {
    const { recording } = await configuration.tenantSettings();
    if (recording === null || Math.random() * 100 >= recording.percent) return;
    if (waiting.length >= max) {
      hookRecordings.add(1, DROPPED);
      return;
    }
    waiting.push({ ...recorded, timeMs: Date.now() });
    if (!closed) timer ??= setTimeout(flush, SEND_INTERVAL_MS);
  }

  function flush(): void {
    timer = undefined;
    const now = performance.eventLoopUtilization();
    max = performance.eventLoopUtilization(now, utilization).utilization > BUSY ? MAX_RECORDINGS_BUSY : MAX_RECORDINGS;
    utilization = now;
    sending ??= send().finally(() => {
      sending = undefined;
      // Of the requests since then.
      if (waiting.length > 0 && !closed) timer ??= setTimeout(flush, SEND_INTERVAL_MS);
    });
  }

  async function send(): Promise<void> {
    const taken = waiting.splice(0, max);
    hookRecordings.add(waiting.length, DROPPED);
    waiting = [];
    try {
      // As they are now: a rule that was added since holds for what is not sent yet.
      const [{ recording }, publicKey] = await Promise.all([
        configuration.tenantSettings(),
        configuration.recordingKey(),
      ]);
      if (recording === null || publicKey === undefined) {
        hookRecordings.add(taken.length, DROPPED);
        return;
      }
      const message = await sealed(taken, recording, publicKey);
      hookRecordings.add(taken.length - message.recordings.length, DROPPED);
      if (message.recordings.length === 0) return;
      bus.publish(subject, JSON.stringify(message));
      hookRecordings.add(message.recordings.length, SENT);
    } catch (error) {
      hookRecordings.add(taken.length, DROPPED);
      logger.debug({ reason: messageOf(error) }, 'requests could not be recorded');
    }
  }

  async function sealed(
    taken: typeof waiting,
    rules: RecordingSettings,
    publicKey: Parameters<typeof openSealing>[0],
  ): Promise<HookRecorded> {
    const { key, seal } = await openSealing(publicKey);
    let [bytes, workMs] = [0, 0];
    const made = await mapInTurns(taken, ({ request, customClaims, timeMs }) => {
      if (workMs > MAX_WORK_MS) return undefined;
      const beganMs = performance.now();
      const redacted = redactInput(inputOf(request, customClaims), rules, claimsOfMetadata(request));
      const json = redacted === undefined ? '' : JSON.stringify(redacted);
      workMs += performance.now() - beganMs;
      const length = Buffer.byteLength(json);
      if (length === 0 || length > MAX_RECORDING_BYTES || bytes + length > MAX_MESSAGE_BYTES) return undefined;
      bytes += length;
      const label = { id: nuid.next(), client_id: request.client.client_id, audience: request.api.identifier };
      return { ...label, time_ms: timeMs, sealed: seal(label, json).toString('base64') };
    });
    const recordings = made.filter((one) => one !== undefined);
    return { key, recordings };
  }

  function inputOf(request: ShapedRequest, custom_claims: Record<string, unknown>): RecordedInput {
    const { client, clientAssertion, onBehalf, api, scopes, binding, parameters, about } = request;
    return {
      client: { id: client.client_id, name: client.name, tenant, metadata: client.client_metadata },
      scope: scopes,
      audience: api.identifier,
      custom_claims,
      proof_of_possession: binding,
      client_assertion: clientAssertion,
      protocol: onBehalf?.protocol,
      subject: onBehalf?.subject,
      actor: onBehalf?.actor,
      body: parameters.body,
      token: { issuer, lifetime_seconds: api.token_lifetime_seconds },
      request: { ...about, requested_scopes: parameters.scope ?? [] },
    };
  }

  return {
    take: (recorded) => {
      // A store that is away is the token's trouble, which is told of there.
      choose(recorded).catch(() => undefined);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await sending;
      await send();
    },
  };
}

const SENT = { 'hookmint.recording.outcome': 'sent' };
const DROPPED = { 'hookmint.recording.outcome': 'dropped' };

/** Which entry of metadata each claim that is set without code is made of. */
function claimsOfMetadata({ api, client, grant }: ShapedRequest): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  for (const [claim, value] of Object.entries({ ...api.claims, ...client.claims, ...grant.claims })) {
    const name = metadataNamed(value);
    if (name !== undefined) made.set(claim, name);
  }
  return made;
}
