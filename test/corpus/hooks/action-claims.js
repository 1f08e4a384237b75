// Action: custom claims, namespaced and plain, reserved and overwritten ones.
/**
 * @param {Event} event - Details about client credentials grant request.
 * @param {CredentialsExchangeAPI} api - Interface whose methods can be used to change the behavior of client credentials grant.
 */
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/plan', event.client.metadata.plan);
  api.accessToken.setCustomClaim('plan', { name: event.client.metadata.plan, since: null });
  api.accessToken.setCustomClaim('twice', 1);
  api.accessToken.setCustomClaim('twice', 2);
  api.accessToken.setCustomClaim('sub', 'someone else');
  api.accessToken.setCustomClaim('https://tenant.auth0.com/x', 1);
};
