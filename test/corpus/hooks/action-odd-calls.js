// Action: calls of the api that its types do not have; a denial denies whatever it is given.
exports.onExecuteCredentialsExchange = async (event, api) => {
  for (const [group, name, ...values] of event.request.body.calls) api[group][name](...values);
  api.accessToken.setCustomClaim('targets', event.transaction.target_scopes);
};
