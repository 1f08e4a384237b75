import type { Api } from '../../api/apis.ts';
import { changedClaims, claimsText } from '../../parts/claims-field.tsx';
import { bindingOf, type Binding } from './bindings.ts';
import type { ScopeRow } from './scopes-field.tsx';

export const SIGNING_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export const DIALECTS = [
  ['access_token', 'as Auth0 has it'],
  ['access_token_authz', 'as Auth0 has it, with permissions'],
  ['rfc9068_profile', 'RFC 9068'],
  ['rfc9068_profile_authz', 'RFC 9068, with permissions'],
] as const;

/** An API as somebody edits it. */
export type ApiDraft = {
  name: string;
  /** What was written. */
  lifetime: string;
  alg: (typeof SIGNING_ALGS)[number];
  dialect: (typeof DIALECTS)[number][0];
  binding: Binding;
  scopes: readonly ScopeRow[];
  claims: string;
};

export const draftOf = (api: Api): ApiDraft => ({
  name: api.name ?? '',
  lifetime: api.token_lifetime?.toString() ?? '',
  alg: api.signing_alg ?? 'RS256',
  dialect: api.token_dialect ?? 'access_token',
  binding: bindingOf(api),
  scopes: api.scopes,
  claims: claimsText(api.claims),
});

/** What an update has to say; the API has the last word on what may be said. */
export function changesOf(api: Api, draft: ApiDraft): object {
  const before = draftOf(api);
  const scopes = draft.scopes.filter(({ value, description = '' }) => value !== '' || description !== '');
  return {
    ...(draft.name === before.name ? {} : { name: draft.name }),
    ...(draft.lifetime === before.lifetime ? {} : { token_lifetime: numberIn(draft.lifetime) }),
    ...(draft.alg === before.alg ? {} : { signing_alg: draft.alg }),
    ...(draft.dialect === before.dialect ? {} : { token_dialect: draft.dialect }),
    ...(draft.binding === before.binding ? {} : { proof_of_possession: policyOf(api, draft.binding) }),
    ...(JSON.stringify(scopes) === JSON.stringify(before.scopes) ? {} : { scopes }),
    ...changedClaims(before.claims, draft.claims),
  };
}

const policyOf = ({ proof_of_possession: policy }: Api, binding: Binding): object | null =>
  binding === 'never' ? null : { mechanism: 'dpop', ...policy, required: binding === 'must' };

/** What is no number is sent as it is, for the API to say so. */
const numberIn = (text: string): number | string => (/^\s*-?\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : text);
