import { z } from 'zod';
import { EndpointUrl, HeaderName, SecretReference } from './values.ts';

const MAX_CLAIMS = 100;

/** RFC 6265 §4.1.1: a cookie's name, which is a token. */
const CookieName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'is no name of a cookie');

/** Ory Hydra's token hook: `oauth2.token_hook` of its configuration, and what of it decides where claims are. */
export const HydraWebhook = z.strictObject({
  contract: z.literal('hydra-webhook').optional(),
  url: EndpointUrl,
  auth: z
    .strictObject({
      type: z.literal('api_key'),
      config: z.discriminatedUnion('in', [
        z.strictObject({ in: z.literal('header'), name: HeaderName, value: SecretReference }),
        z.strictObject({ in: z.literal('cookie'), name: CookieName, value: SecretReference }),
      ]),
    })
    .optional(),
  allowed_top_level_claims: z.array(z.string().min(1).max(128)).max(MAX_CLAIMS).default([]),
  mirror_top_level_claims: z.boolean().default(true),
  preserve_ext_claims: z.boolean().default(false),
});
export type HydraWebhook = z.infer<typeof HydraWebhook>;
