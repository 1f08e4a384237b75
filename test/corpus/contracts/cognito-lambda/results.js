// What a handler may give, by its environment.
const generation = (accessTokenGeneration) => ({
  response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } },
});
const RESULTS = {
  nothing: () => undefined,
  null: () => null,
  empty: () => ({}),
  noDetails: () => ({ response: { claimsAndScopeOverrideDetails: null } }),
  v1: () => ({ response: { claimsOverrideDetails: { claimsToAddOrOverride: { a: 'b' } } } }),
  idToken: () => ({
    response: { claimsAndScopeOverrideDetails: { idTokenGeneration: { claimsToAddOrOverride: { a: 1 } } } },
  }),
  text: () => 'x',
  list: () => [],
  scopesText: () => generation({ scopesToAdd: 'orders:export' }),
  claimsList: () => generation({ claimsToAddOrOverride: [] }),
  generationText: () => generation('x'),
  suppressNumbers: () => generation({ claimsToSuppress: [1] }),
  endless: () => {
    for (;;);
  },
  waits: () => new Promise(() => {}),
  large: () => generation({ claimsToAddOrOverride: { a: 'x'.repeat(200_000) } }),
  both: () => generation({ scopesToAdd: ['a', 'b', 'b'], scopesToSuppress: ['a', 'orders:read', 'none'] }),
  values: () =>
    generation({ claimsToAddOrOverride: { text: 't', number: 1.5, yes: true, list: [1, 'a'], json: { a: [null] } } }),
};
exports.handler = async () => RESULTS[process.env.RESULT]();
