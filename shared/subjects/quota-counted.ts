import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../domain/client.ts';

/** The JetStream stream that keeps the last count of each gateway and client, so that counts outlive the gateways. */
export const QUOTAS_STREAM = 'HOOKMINT_QUOTAS';
export const QUOTAS_STREAM_SUBJECTS = ['hookmint.*.quota.counted.*.*'];

/**
 * `hookmint.<tenant>.quota.counted.<gateway>.<client>`: gateway → all gateways, and the stream `HOOKMINT_QUOTAS`, which management reads. What one gateway
 * process has issued to one client in the present windows. The counts are absolute: what is lost is mended by the next, and the sum over
 * the gateways is what the client has had.
 *
 * @param gateway Name of the process, one token of a subject.
 */
export function quotaCountedSubject(tenant: string, gateway: string, clientId: string): string {
  return `hookmint.${tenant}.quota.counted.${gateway}.${tokenOf(clientId)}`;
}

/** What all gateways have issued to one client. */
export const quotasCountedOf = (tenant: string, clientId: string): string => quotaCountedSubject(tenant, '*', clientId);

/** One token of a subject, whatever characters are in the client_id. */
const tokenOf = (clientId: string): string => createHash('sha256').update(clientId).digest('base64url');

export function allQuotasCounted(tenant: string): string {
  return `hookmint.${tenant}.quota.counted.*.*`;
}

/** @param window Number of the hour or day, since the epoch. */
const InWindow = z.object({ window: z.int().min(0), tokens: z.int().min(0) });

export const QuotaCounted = z.object({
  gateway: z.string().max(64),
  client_id: z.string().max(MAX_CLIENT_ID_LENGTH),
  /** Of the reports of a gateway about a client the one with the highest number holds. */
  number: z.int().min(0),
  per_hour: InWindow,
  per_day: InWindow,
});
export type QuotaCounted = z.infer<typeof QuotaCounted>;
