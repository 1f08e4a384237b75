// Says what it was given.
const loadedWith = process.env.REGION_AT_LOAD;
const handler = async (event, context) => {
  const { version, triggerSource, region, userPoolId, userName, callerContext, request, response } = event;
  const accessTokenGeneration = {
    claimsToAddOrOverride: {
      event: {
        version,
        triggerSource,
        region,
        userPoolId,
        userName,
        clientId: callerContext.clientId,
        request,
        response,
      },
      loadedWith,
      context: [context.functionName, typeof context.awsRequestId, context.awsRequestId === context.awsRequestId],
    },
  };
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } };
};
export { handler };
