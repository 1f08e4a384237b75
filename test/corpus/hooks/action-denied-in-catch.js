// Action: what cannot be read is a denial.
exports.onExecuteCredentialsExchange = async (event, api) => {
  try {
    JSON.parse(event.client.metadata.plan);
  } catch {
    return api.access.deny('invalid_request', 'The metadata cannot be read.');
  }
};
