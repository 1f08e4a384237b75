import type { Api } from '../../api/apis.ts';

export type Binding = 'never' | 'may' | 'must';

export const BINDINGS = [
  ['never', 'never'],
  ['may', 'where a client wants it'],
  ['must', 'always'],
] as const satisfies readonly (readonly [Binding, string])[];

/** Whether tokens of an API are bound to a key. */
export const bindingOf = ({ proof_of_possession: policy }: Api): Binding =>
  policy === null || policy === undefined ? 'never' : policy.required ? 'must' : 'may';

export const bindingInWords = (api: Api): string => BINDINGS.find(([one]) => one === bindingOf(api))?.[1] ?? '';

type Mechanism = 'dpop' | 'mtls';

/** What its tokens are bound to, or would be. */
export const mechanismOf = ({ proof_of_possession: policy }: Api): Mechanism => policy?.mechanism ?? 'dpop';

export const BOUND_TO: Readonly<Record<Mechanism, string>> = {
  dpop: 'Bound to a key of the client (DPoP)',
  mtls: 'Bound to a certificate of the client (TLS)',
};
