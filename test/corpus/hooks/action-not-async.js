// Action: a function that returns nothing and waits for nothing.
exports.onExecuteCredentialsExchange = function (event, api) {
  api.accessToken.setCustomClaim('https://orders.example.com/at', 'once');
};
