import { isReservedClaim } from './reserved-claims.ts';

/** How hooks are written: whose function it is, what it is given, what its result means. Revisions are stored with these names. */
export const HOOK_KINDS = ['hook', 'action'] as const;
export type HookKind = (typeof HOOK_KINDS)[number];

/** All that differs from contract to contract outside of the isolate; sandbox/contract-texts.ts has what is inside. */
export type Contract = {
  /** As authors know it: in the CLI, the API and the documentation. */
  name: string;
  /** What the code has that is called, for whoever wrote something else. */
  form: string;
  /** Auth0's own: names of its domains are refused too, and signers hold claims to its rules unless they are told of another contract. */
  isAuth0: boolean;
  /** Why a claim of that name is not the code's to set; `undefined` where it is. */
  refusalOf: (name: string) => 'reserved' | undefined;
  /** Whether the tenant says if names need a namespace; otherwise none does. */
  namespacesByTenant: boolean;
  /** Whether the code is told the claims that the token has so far. */
  seesClaims: boolean;
  /** What the client is answered with when the code refuses the token, by the `name` of its error; any other is a 500 `server_error`. */
  denials: ReadonlyMap<string, { status: 400; error: 'invalid_scope' | 'invalid_request' }>;
};

/** The name of the function that is an Action. */
export const ACTION_FUNCTION = 'onExecuteCredentialsExchange';

const AUTH0 = {
  isAuth0: true,
  refusalOf: (name) => (isReservedClaim(name) ? 'reserved' : undefined),
  // Contract §1.4, and of Actions §6.
  denials: new Map([
    ['InvalidScopeError', { status: 400, error: 'invalid_scope' }],
    ['InvalidRequestError', { status: 400, error: 'invalid_request' }],
  ]),
} satisfies Partial<Contract>;

export const CONTRACTS: Readonly<Record<HookKind, Contract>> = {
  hook: {
    ...AUTH0,
    name: 'auth0-hook',
    form: 'a hook is `module.exports = function (client, scope, audience, context, cb) {…}`',
    namespacesByTenant: true,
    seesClaims: false,
  },
  action: {
    ...AUTH0,
    name: 'auth0-action',
    form: `an Action is \`exports.${ACTION_FUNCTION} = async (event, api) => {…}\``,
    // Contract §4: of any API of the tenant, whatever its setting for hooks.
    namespacesByTenant: false,
    seesClaims: true,
  },
};

/** The kind that authors call so; `undefined` for a name of none. */
export function kindNamed(name: string): HookKind | undefined {
  return HOOK_KINDS.find((kind) => CONTRACTS[kind].name === name);
}
