// Action: an object in a JSON request.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { context = {} } = event.request.body;
  api.accessToken.setCustomClaim('https://orders.example.com/context', Object.entries(context).flat());
};
