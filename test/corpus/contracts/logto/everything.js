const prefix = (name) => `acme_${name}`;
const getCustomJwtClaims = async ({ token, context, environmentVariables }) => ({
  [prefix('plan')]: context.application.customData.plan,
  app: `${context.application.name}/${token.clientId}`,
  region: environmentVariables.REGION,
  asked: token.scope.split(' ').length,
  roles: ['machine'],
});
