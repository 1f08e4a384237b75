import { createHash } from 'node:crypto';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import type { BoundTokens } from './task.ts';

/** Calls an API that takes bound tokens alone, as RFC 9449 §7 says and as it must not be called: what it does wrong, or `null`. */
export async function callWithBoundTokens(url: string, { key, bound, unbound }: BoundTokens): Promise<string | null> {
  const ath = (token: string): string => createHash('sha256').update(token).digest('base64url');
  const proof = (token: string, claims: object = {}, by = key): Promise<string> =>
    makeProof(by, url, { htm: 'GET', ath: ath(token), ...claims });
  const used = await proof(bound);
  const calls: [expected: number, kind: string, authorization: string, proof?: string][] = [
    [200, 'a bound token with a proof', `DPoP ${bound}`, used],
    [200, 'a bound token with another proof', `DPoP ${bound}`, await proof(bound)],
    [401, 'a bound token without a proof', `DPoP ${bound}`],
    [401, 'a bound token as a bearer token', `Bearer ${bound}`],
    [401, 'a bound token as a bearer token with a proof', `Bearer ${bound}`, await proof(bound)],
    [401, 'a bound token with a proof of another key', `DPoP ${bound}`, await proof(bound, {}, await newDpopKey())],
    [401, 'a proof for another address', `DPoP ${bound}`, await proof(bound, { htu: new URL('/x', url).href })],
    [401, 'a proof for another method', `DPoP ${bound}`, await proof(bound, { htm: 'POST' })],
    [401, 'a proof for another token', `DPoP ${bound}`, await proof(unbound)],
    [401, 'a proof of yesterday', `DPoP ${bound}`, await proof(bound, { iat: Math.floor(Date.now() / 1000) - 86_400 })],
    [401, 'an unbound token with a proof', `DPoP ${unbound}`, await proof(unbound)],
    [401, 'an unbound token', `Bearer ${unbound}`],
  ];
  const wrong: string[] = [];
  for (const [expected, kind, authorization, sent] of calls) {
    const { status } = await fetch(url, { headers: { authorization, ...(sent === undefined ? {} : { dpop: sent }) } });
    // Which of 400 and 401 an API answers is left to it.
    if (expected === 200 ? status !== 200 : status !== 400 && status !== 401) wrong.push(`${kind}: ${String(status)}`);
  }
  return wrong.length === 0 ? null : wrong.join('; ');
}
