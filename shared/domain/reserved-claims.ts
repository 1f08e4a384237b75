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
   scope __proto__ constructor prototype`.split(/\s+/),
);

export function isReservedClaim(name: string): boolean {
  return RESERVED_CLAIMS.has(name);
}
