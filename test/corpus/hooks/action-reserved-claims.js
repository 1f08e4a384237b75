// Action: claims that are the issuer's stay its own.
exports.onExecuteCredentialsExchange = async (event, api) => {
  for (const name of ['iss', 'aud', 'sub', 'exp', 'scope', 'permissions', 'azp'])
    api.accessToken.setCustomClaim(name, 'mine');
  api.accessToken.setCustomClaim('https://orders.example.com/mine', true);
};
