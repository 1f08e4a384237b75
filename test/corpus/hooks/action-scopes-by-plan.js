// Action: a plan that may not write.
exports.onExecuteCredentialsExchange = async (event, api) => {
  if (event.client.metadata.plan !== event.request.body.writers) api.transaction.removeTargetScope('write:orders');
};
