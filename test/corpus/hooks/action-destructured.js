// Action: only the parts that are used.
exports.onExecuteCredentialsExchange = async ({ client: { name } }, { accessToken }) => {
  accessToken.setCustomClaim('https://orders.example.com/name', name);
};
