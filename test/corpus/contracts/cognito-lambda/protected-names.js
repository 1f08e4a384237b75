const protectedNames =
  'acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti nbf nonce origin_jti sub token_use version cognito:username cognito:anything';
export const handler = async (event) => {
  const claimsToAddOrOverride = Object.fromEntries(protectedNames.split(' ').map((name) => [name, 'x']));
  Object.assign(claimsToAddOrOverride, {
    scope: 'x',
    cnf: 'x',
    act: 'x',
    may_act: 'x',
    gty: 'x',
    permissions: 'x',
    Iss: 'x',
  });
  Object.assign(claimsToAddOrOverride, {
    'cognito:groups': ['a'],
    'cognito:roles': ['b'],
    'cognito:preferred_role': 'c',
    roles: ['d'],
  });
  event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride } } };
  return event;
};
