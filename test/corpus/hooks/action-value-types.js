// Action: values of every type that JSON has.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const values = [0, -1.5, true, false, null, '', 'ü', [], {}, { a: [null] }, new Date(0)];
  api.accessToken.setCustomClaim('https://orders.example.com/values', values);
};
