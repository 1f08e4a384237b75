import type { Request, Response } from 'express';
import type { PublicKeys } from '../../../shared/public-keys.ts';
import { keysUnknown } from './jwks.ts';
import { JWKS_MAX_AGE_SECONDS } from '../../../shared/domain/signing-key-state.ts';

const TYPES = { pem: 'application/x-pem-file', cer: 'application/pkix-cert' } as const;

/** `GET /pem` and `/cer`, as Auth0 has them: the certificate of the key that signs with RS256 now (contract §3), PEM or DER. */
export function certificateRoute(publicKeys: PublicKeys, form: 'pem' | 'cer') {
  return (_request: Request, response: Response): void => {
    // The keys that sign come first.
    const base64 = publicKeys.keys()?.find(({ alg }) => alg === 'RS256')?.x5c?.[0];
    if (base64 === undefined) {
      keysUnknown(response);
      return;
    }
    const body = form === 'cer' ? Buffer.from(base64, 'base64') : pemOf(base64);
    response
      .set('Cache-Control', `public, max-age=${String(JWKS_MAX_AGE_SECONDS)}`)
      .type(TYPES[form])
      .send(body);
  };
}

/** RFC 7468: lines of 64 characters. */
function pemOf(base64: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}
