const state = { runs: 0 };
async function getCustomJwtClaims({ token, environmentVariables, api }) {
  state.runs++;
  api.denyAccess = undefined;
  return {
    has: 'scope' in token,
    environment: environmentVariables === undefined,
    denies: typeof api.denyAccess,
    runs: state.runs,
  };
}
