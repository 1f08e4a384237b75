import type { Dropped } from '../domain/hook-finding.ts';
import { CONTRACTS, type HookKind } from '../domain/contracts.ts';
import type { CustomClaimsPolicy } from '../domain/tenant.ts';

/** Longest part of a dropped name that is reported; the name is another's word. */
export const REPORTED_NAME_LENGTH = 128;

const VENDOR_DOMAINS = ['auth0.com', 'webtask.io', 'webtask.run'];

/** What a terminal, a page or a reader's eye may take for something else: controls, formats (bidi among them), halves of pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Why no custom claim can have that name (contract §1.3 and §4), set by code of that contract; `undefined` where one can. */
export function refusalOfClaim(
  name: string,
  policy: CustomClaimsPolicy,
  kind: HookKind = 'hook',
): Dropped['reason'] | undefined {
  const { isAuth0, refusalOf } = CONTRACTS[kind];
  const refusal = refusalOf(name);
  if (refusal !== undefined) return refusal;
  if (isAuth0 && /^urn:auth0(?::|$)/i.test(name)) return 'vendor_namespace';
  const url = name.includes(':') ? URL.parse(name) : null;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  const host = isWeb ? url.hostname.replace(/\.+$/, '') : '';
  // Also as `https:auth0.com` and whatever else a reader of the token would take for the vendor's URL.
  if (isAuth0 && VENDOR_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`)))
    return 'vendor_namespace';
  if (!/^[ -~]*$/.test(name)) {
    if (UNSAFE.test(name)) return 'unsafe_characters';
    // So that no two claims of a token have names that differ only in their bytes.
    if (name.normalize('NFC') !== name) return 'not_normalized';
  }
  const isNamespaced = isWeb && /^https?:\/\//i.test(name);
  return isNamespaced || policy === 'relaxed' ? undefined : 'not_namespaced';
}

export const droppedClaim = (name: string, reason: Dropped['reason']): Dropped => ({
  kind: 'claim',
  name: name.slice(0, REPORTED_NAME_LENGTH),
  reason,
});
