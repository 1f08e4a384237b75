// Action: a denial where the metadata has no approval.
exports.onExecuteCredentialsExchange = async (event, api) => {
  if (event.client.metadata.approved !== 'yes') {
    api.access.deny('invalid_scope', 'The client is not approved.');
    return;
  }
  api.accessToken.setCustomClaim('https://orders.example.com/approved', true);
};
