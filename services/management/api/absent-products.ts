import type { NextFunction, Request, Response } from 'express';
import { authenticate } from '../auth/authenticate.ts';
import type { Deps } from '../deps.ts';
import { ApiError } from './api-error.ts';
import type { RateLimit } from './rate-limit.ts';

/** Auth0's products that are not here, by where they are below `/api/v2`, with the names that their scopes have. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['attack-protection', 'attack_protection'],
  ['branding', 'branding'],
  ['connection-profiles', 'connection_profiles'],
  ['connections', 'connections'],
  ['connections-directory-provisionings', 'directory_provisionings'],
  ['custom-domains', 'custom_domains'],
  ['device-credentials', 'device_credentials'],
  ['email-templates', 'email_templates'],
  ['emails', 'email_provider'],
  ['event-streams', 'event_streams'],
  ['flows', 'flows'],
  ['forms', 'forms'],
  ['groups', 'groups'],
  ['guardian', 'guardian_factors'],
  ['jobs', 'users'],
  ['log-streams', 'log_streams'],
  ['network-acls', 'network_acls'],
  ['organizations', 'organizations'],
  ['prompts', 'prompts'],
  ['rate-limit-policies', 'rate_limit_policies'],
  ['refresh-tokens', 'refresh_tokens'],
  ['risk-assessments', 'attack_protection'],
  ['roles', 'roles'],
  ['rules', 'rules'],
  ['rules-configs', 'rules_configs'],
  ['self-service-profiles', 'self_service_profiles'],
  ['sessions', 'sessions'],
  ['supplemental-signals', 'attack_protection'],
  ['tickets', 'user_tickets'],
  ['token-exchange-profiles', 'token_exchange_profiles'],
  ['user-attribute-profiles', 'user_attribute_profiles'],
  ['user-blocks', 'users'],
  ['users', 'users'],
  ['users-by-email', 'users'],
]);

const VERBS: ReadonlyMap<string, string> = new Map([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['POST', 'create'],
  ['DELETE', 'delete'],
]);

/**
 * Answers 403 where Auth0 has a product that hookmint has not, as Auth0 does to a client that lacks its scope; here none can be
 * granted it. `auth0-deploy-cli` passes over a kind for that, with a warning, and ends at a 404 (it takes a 404 of some kinds only).
 */
export const refuseAbsentProducts =
  (deps: Deps, limitRate: RateLimit) =>
  async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const product = ABSENT.get(request.path.split('/')[1] ?? '');
    if (product !== undefined) {
      const { id } = await authenticate(request.headers.authorization, request.ip, deps);
      await limitRate(id, response);
      throw absentScope(`${VERBS.get(request.method) ?? 'update'}:${product}`);
    }
    next();
  };

/** 403: what a scope is for does not exist here, and so the scope does not either. */
export const absentScope = (scope: string): ApiError =>
  new ApiError(
    403,
    'insufficient_scope',
    `Insufficient scope, expected any of: ${scope}, which does not exist in hookmint`,
  );
