// Action: a default for metadata that is not there.
const NS = 'https://orders.example.com/';

exports.onExecuteCredentialsExchange = async (event, api) => {
  const { region = 'anywhere', cost_center } = event.client.metadata;
  api.accessToken.setCustomClaim(`${NS}region`, region);
  if (cost_center) api.accessToken.setCustomClaim(`${NS}cost_center`, cost_center);
};
