// An Action of another trigger.
exports.onExecutePostLogin = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/user', event.user.user_id);
};
