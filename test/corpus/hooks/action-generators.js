// Action: values of a generator.
function* doubling(limit) {
  for (let n = 1; n <= limit; n *= 2) yield n;
}

exports.onExecuteCredentialsExchange = async (event, api) => {
  const steps = [];
  for await (const step of doubling(8)) steps.push(step);
  api.accessToken.setCustomClaim('https://orders.example.com/steps', steps);
};
