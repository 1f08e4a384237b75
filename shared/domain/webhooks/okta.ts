import { z } from 'zod';
import { EndpointUrl, HeaderName, HeaderValue, SecretReference } from './values.ts';

const MAX_HEADERS = 20;

/** Okta's token inline hook: what its Inline Hooks API has as `channel.config`. */
export const OktaWebhook = z.strictObject({
  contract: z.literal('okta-webhook').optional(),
  uri: EndpointUrl,
  method: z.literal('POST').optional(),
  headers: z
    .array(z.strictObject({ key: HeaderName, value: HeaderValue }))
    .max(MAX_HEADERS)
    .default([]),
  authScheme: z.strictObject({ type: z.literal('HEADER'), key: HeaderName, value: SecretReference }).optional(),
});
export type OktaWebhook = z.infer<typeof OktaWebhook>;
