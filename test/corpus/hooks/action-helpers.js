// Action: functions beside the handler.
const PREFIX = 'https://orders.example.com/';

function withPrefix(claims) {
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [PREFIX + name, value]));
}

const kindOf = ({ client }) => (client.client_id ? 'machine' : 'unknown');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const claims = withPrefix({ plan: event.client.metadata.plan, kind: kindOf(event) });
  Object.entries(claims).forEach(([name, value]) => api.accessToken.setCustomClaim(name, value));
};
