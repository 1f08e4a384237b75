// A script of Logto for custom claims, which no trigger calls here.
const getCustomJwtClaims = async ({ token, context, environmentVariables }) => {
  return { client: token.clientId };
};
