// Action: what is done whatever happens.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const steps = [];
  try {
    steps.push('try');
    if (event.request.body.fail) throw new RangeError('too far');
  } catch (error) {
    steps.push(error.name);
  } finally {
    steps.push('finally');
  }
  api.accessToken.setCustomClaim('https://orders.example.com/steps', steps);
};
