// Action: a handler with a name of its own, exported below.
async function addPlan(event, api) {
  api.accessToken.setCustomClaim('https://orders.example.com/handler', addPlan.name);
}

module.exports.onExecuteCredentialsExchange = addPlan;
