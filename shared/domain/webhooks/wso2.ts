import { z } from 'zod';
import { EndpointUrl, HeaderName, SecretReference } from './values.ts';

const MAX_NAMES = 50;

/** Headers of a token request that hookmint keeps; by its names of them. */
export const KEPT_HEADERS = { 'user-agent': 'user_agent', host: 'hostname', 'accept-language': 'language' } as const;

const KeptHeader = z
  .string()
  .refine(
    (name) => Object.hasOwn(KEPT_HEADERS, name.toLowerCase()),
    `must be one of ${Object.keys(KEPT_HEADERS).join(', ')}`,
  );

/** A pre-issue access token action of WSO2 Identity Server and Asgardeo: what its Actions API has as `endpoint`. */
export const Wso2Webhook = z.strictObject({
  contract: z.literal('wso2-webhook').optional(),
  endpoint: z.strictObject({
    uri: EndpointUrl,
    authentication: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('NONE'), properties: z.strictObject({}).optional() }),
        z.strictObject({
          type: z.literal('BASIC'),
          properties: z.strictObject({
            username: z.union([z.string().max(256), SecretReference]),
            password: SecretReference,
          }),
        }),
        z.strictObject({ type: z.literal('BEARER'), properties: z.strictObject({ accessToken: SecretReference }) }),
        z.strictObject({
          type: z.literal('API_KEY'),
          properties: z.strictObject({ header: HeaderName, value: SecretReference }),
        }),
      ])
      .default({ type: 'NONE' }),
    allowedHeaders: z.array(KeptHeader).max(MAX_NAMES).default([]),
    allowedParameters: z.array(z.string().min(1).max(128)).max(MAX_NAMES).default([]),
  }),
});
export type Wso2Webhook = z.infer<typeof Wso2Webhook>;
