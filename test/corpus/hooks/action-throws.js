// Action: throws, before or after its first await.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('lost', true);
  if (event.request.body.late) await new Promise((resolve) => setTimeout(resolve, 1));
  throw new Error('the action is broken');
};
