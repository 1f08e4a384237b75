// One handler for people and machines, as most are: what it reads of people is empty here.
const handler = function (event, context) {
  const claims = { source: event.triggerSource };
  if (event.triggerSource !== 'TokenGeneration_ClientCredentials') {
    claims.email = event.request.userAttributes.email;
  }
  claims.attribute = event.request.userAttributes['custom:tenant'] || 'none';
  event.response.claimsAndScopeOverrideDetails = { accessTokenGeneration: { claimsToAddOrOverride: claims } };
  context.succeed(event);
};
module.exports = { handler };
