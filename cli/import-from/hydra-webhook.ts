import { z } from 'zod';
import { CONTRACTS } from '../../shared/domain/contracts.ts';
import { UsageError } from '../../shared/usage-error.ts';
import type { ForeignHook } from './foreign-hook.ts';
import { KEY_SECRET, webhookFile } from './webhook-file.ts';
import { readYamlFile } from '../yaml-file.ts';

/** Hydra waits longer; it is the most that a hook here has. */
const WALL_MS = 20_000;

/** `webhook_config` of Hydra's configuration. */
const TokenHook = z.strictObject({
  url: z.string(),
  auth: z
    .strictObject({
      type: z.literal('api_key'),
      config: z.strictObject({ in: z.enum(['header', 'cookie']).optional(), name: z.string(), value: z.string() }),
    })
    .optional(),
});

const Configuration = z.object({
  oauth2: z
    .object({
      token_hook: z.union([z.string(), TokenHook], 'is neither an address nor one with auth'),
      allowed_top_level_claims: z.array(z.string()).optional(),
      mirror_top_level_claims: z.boolean().optional(),
      preserve_ext_claims: z.boolean().optional(),
    })
    .partial({ token_hook: true })
    .optional(),
});

const { refusalOf } = CONTRACTS['hydra-webhook'];

/**
 * `oauth2.token_hook` of Hydra's configuration, YAML or JSON.
 *
 * @throws {UsageError}
 */
export function readHydraWebhook(file: string): ForeignHook {
  const { oauth2 = {} } = readYamlFile(file, Configuration);
  const { token_hook, ...switches } = oauth2;
  if (token_hook === undefined) throw new UsageError(`${file} has no oauth2.token_hook.`);
  const { url, auth } = typeof token_hook === 'string' ? { url: token_hook, auth: undefined } : token_hook;
  const { allowed_top_level_claims, mirror_top_level_claims, preserve_ext_claims } = switches;
  const isShown = auth?.config.in !== undefined;
  const key = isShown ? { ...auth, config: { ...auth.config, value: { secret: KEY_SECRET } } } : undefined;
  return {
    ...webhookFile('hydra-webhook', {
      url,
      auth: key,
      allowed_top_level_claims,
      mirror_top_level_claims,
      preserve_ext_claims,
    }),
    name: 'token-hook',
    secrets: isShown ? { [KEY_SECRET]: auth.config.value } : {},
    asked: [],
    losses: (allowed_top_level_claims ?? [])
      .filter((name) => refusalOf(name) !== undefined)
      .map((name) => `allowed_top_level_claims: ${name} is the issuer's here, and stays in ext`),
    on_failure: 'deny',
    wall_ms: WALL_MS,
    notes: [
      'It is asked for tokens of client credentials, which are JWTs; Hydra asks it for all grants.',
      ...(auth !== undefined && !isShown
        ? ['Without auth.config.in Hydra shows the endpoint no key, and neither does hookmint.']
        : []),
    ],
  };
}
