exports.handler = async (event) => {
  const { length } = event.request.scopes;
  return {
    response: {
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: { claimsToAddOrOverride: { length }, scopesToAdd: ['a'] },
      },
    },
  };
};
