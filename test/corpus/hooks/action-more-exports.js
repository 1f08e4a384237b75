// Action: functions of other triggers in the same file.
exports.onExecutePostLogin = async () => {
  throw new Error('not this one');
};

exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/trigger', 'credentials-exchange');
};
