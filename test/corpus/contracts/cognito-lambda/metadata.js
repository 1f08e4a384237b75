exports.handler = async (event, context) => {
  if (event.triggerSource !== 'TokenGeneration_ClientCredentials') return event;
  event.response = {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: {
        claimsToAddOrOverride: {
          tenant: event.request.clientMetadata.tenant,
          tier: process.env.TIER,
          client: event.callerContext.clientId,
          limits: { rpm: 60 },
          timed: context.getRemainingTimeInMillis() > 0,
        },
        scopesToAdd: ['orders:export'],
        scopesToSuppress: ['orders:write'],
      },
    },
  };
  return event;
};
