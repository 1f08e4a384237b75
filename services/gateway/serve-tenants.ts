import type { RequestListener } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { HostedTenant } from '../../shared/domain/tenants.ts';
import { messageOf } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import type { Tenants } from '../../shared/tenants/watch-tenants.ts';
import { sendOAuthError } from './answers.ts';
import { originForm } from './issuer-path.ts';
import type { ServedTenant } from './open-tenant.ts';

/** Without a request for so long a tenant is closed: it costs nothing until its next. */
const IDLE_MS = 600_000;
/** Open at a time; one more takes the place of the one that was asked last longest ago. */
const MAX_OPEN = 1_000;

type Opened = { issuer: string; tenant: Promise<ServedTenant> };

/**
 * Gives each request to the tenant whose issuer it names by host and path, and every other to the deployment's own. Hosted tenants are opened by their first request.
 *
 * @param open Opens a hosted tenant.
 */
export function serveTenants(
  own: RequestListener,
  tenants: Pick<Tenants, 'find' | 'named'>,
  open: (tenant: HostedTenant) => Promise<ServedTenant>,
) {
  const opened = new LRUCache<string, Opened>({
    max: MAX_OPEN,
    ttl: IDLE_MS,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    dispose: ({ tenant }) => void close(tenant),
  });

  /** A tenant that cannot be opened is tried again by the next request. */
  function openedOf(tenant: HostedTenant): Promise<ServedTenant> {
    const known = opened.get(tenant.name);
    if (known !== undefined) return known.tenant;
    const opening = open(tenant);
    opened.set(tenant.name, { issuer: tenant.issuer, tenant: opening });
    opening.catch(() => {
      if (opened.peek(tenant.name)?.tenant === opening) opened.delete(tenant.name);
    });
    return opening;
  }

  const listener: RequestListener = (request, response) => {
    const path = originForm(request.url)?.split('?', 1)[0] ?? '';
    const tenant = tenants.find(request.headers.host, path);
    if (tenant === undefined) {
      own(request, response);
      return;
    }
    if (tenant.state === 'suspended') {
      sendOAuthError(response, SUSPENDED);
      return;
    }
    openedOf(tenant).then(
      ({ listener: its }) => its(request, response),
      (error: unknown) => {
        logger.error({ err: error, tenant: tenant.name }, 'a tenant could not be opened');
        sendOAuthError(response, unavailable(error));
      },
    );
  };
  return {
    listener,
    /** Closes those that are no longer there, or are no longer what they were opened as. */
    changed: (): void => {
      for (const [name, { issuer }] of [...opened.entries()]) {
        const now = tenants.named(name);
        if (now?.issuer !== issuer || now.state !== 'active') opened.delete(name);
      }
    },
    close: async (): Promise<void> => {
      const closing = [...opened.values()].map(({ tenant }) => close(tenant));
      opened.clear();
      await Promise.all(closing);
    },
  };
}

const SUSPENDED = new OAuthError(403, 'access_denied', 'This tenant is suspended');

const unavailable = (cause: unknown): OAuthError =>
  new OAuthError(503, 'temporarily_unavailable', 'A required service does not answer at the moment', {
    cause,
    headers: { 'Retry-After': '1' },
  });

async function close(tenant: Promise<ServedTenant>): Promise<void> {
  try {
    await (await tenant).close();
  } catch (error) {
    logger.debug({ reason: messageOf(error) }, 'a tenant that could not be opened was closed');
  }
}
