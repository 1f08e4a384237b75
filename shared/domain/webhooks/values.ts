import { z } from 'zod';

const MAX_URL_LENGTH = 2_048;
const MAX_HEADER_LENGTH = 4_096;
const MAX_SECRET_NAME_LENGTH = 128;

/** A value that is among the hook's secrets. */
export const SecretReference = z.strictObject(
  { secret: z.string().min(1).max(MAX_SECRET_NAME_LENGTH) },
  'must be {"secret": NAME}: the value itself is a secret of the hook',
);
export type SecretReference = z.infer<typeof SecretReference>;

const isEndpoint = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.hash === '';
};

export const EndpointUrl = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine(isEndpoint, 'must be an http or https URL, without a user, password or fragment');

/** What the connection, or the protocol of a webhook, sets itself. */
const OWN_HEADERS =
  /^(?:connection|content-.*|host|keep-alive|te|trailer|transfer-encoding|upgrade|webhook-.*|trace.*|accept.*|expect|cookie2?)$/i;

/** RFC 9110 §5.6.2: a token. */
export const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'is no name of a header')
  .refine((name) => !OWN_HEADERS.test(name), 'is a header that hookmint sets itself');

/** What a header may have (RFC 9110 §5.5) that is sent as it is written. */
export const isHeaderValue = (text: string): boolean =>
  text.length <= MAX_HEADER_LENGTH && /^[!-~](?:[\t -~]*[!-~])?$/.test(text);

export const HeaderValue = z.union(
  [z.string().refine(isHeaderValue), SecretReference],
  'must be what a header may have, or {"secret": NAME}',
);
