// The user on whose behalf an agent acts, in the machine's token.
export async function handler(event) {
  const { user_id, scopes } = event.request.clientMetadata;
  if (user_id === undefined) throw new Error('no user');
  const allowed = new Set((scopes ?? '').split(' '));
  event.response = {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: {
        claimsToAddOrOverride: { on_behalf_of: user_id },
        scopesToSuppress: event.request.scopes.filter((scope) => !allowed.has(scope)),
      },
    },
  };
  return event;
}
