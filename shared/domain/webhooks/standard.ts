import { z } from 'zod';
import { EndpointUrl, HeaderName, HeaderValue, SecretReference } from './values.ts';

/** While a secret is replaced there are two. */
const MAX_SIGNING_SECRETS = 2;
const MAX_HEADERS = 20;

/** hookmint's own webhook, signed as the Standard Webhooks specification has it. */
export const StandardWebhook = z.strictObject({
  contract: z.literal('webhook').optional(),
  url: EndpointUrl,
  /** `whsec_` and base64; of several each has its signature. */
  secret: z.union(
    [SecretReference, z.array(SecretReference).min(1).max(MAX_SIGNING_SECRETS)],
    'must be {"secret": NAME}, or a list of two',
  ),
  headers: z
    .record(HeaderName, HeaderValue)
    .refine((all) => Object.keys(all).length <= MAX_HEADERS, `must be at most ${String(MAX_HEADERS)}`)
    .default({}),
});
export type StandardWebhook = z.infer<typeof StandardWebhook>;
