/**
 * Claim names a hook can never set (contract §4, RFC 7519 and the registries built on it): what they say about a token is
 * said by its issuer alone. `scope` is here too: it has a path of its own. Names of objects' own machinery are refused so
 * that no consumer of a token can be made to trip over them.
 */
const RESERVED_CLAIMS: ReadonlySet<string> = new Set(
  `acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest entitlements
   events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce object_id org_id
   org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date sip_from_tag sip_via_branch sub
   sub_jwk toe txn typ uuid vot vtm x5t#S256
   scope __proto__ constructor prototype`
    .split(/\s+/)
    .map(folded),
);

/**
 * What only the issuer can say whoever's code shapes the token: who issued it to whom, for whom and until when, what it is bound to, and what
 * introspection answers beside its claims (RFC 7662 §2.2).
 */
const ISSUERS_CLAIMS: ReadonlySet<string> = new Set(
  `iss sub aud exp nbf iat jti azp client_id scope gty cnf act may_act permissions authorization_details active token_type
   __proto__ constructor prototype`
    .split(/\s+/)
    .map(folded),
);

/** Characters that a reader of a token may not see: controls, formats, unassigned characters, fillers, spaces. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{White_Space}]/gu;

/** Characters that are seen of a name which may be one of those: a longer one is none. */
const MAX_SEEN = 64;

/** Whether a name is the issuer's, or would be taken for one by a reader that compares more loosely than by characters. */
export function isReservedClaim(name: string): boolean {
  return RESERVED_CLAIMS.has(folded(name));
}

/** Whether a name is the issuer's under every contract, or would be taken for one. */
export function isIssuersClaim(name: string): boolean {
  return ISSUERS_CLAIMS.has(folded(name));
}

/** Upper case, as it is what more characters share: `ſ` and `s`, `ı` and `i`. */
function folded(name: string): string {
  if (/^[!-~]*$/.test(name)) return name.toUpperCase();
  const seen = name.replace(UNSEEN, '');
  return seen.length > MAX_SEEN ? name : seen.normalize('NFKC').replace(UNSEEN, '').toUpperCase();
}
