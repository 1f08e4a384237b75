// Action: another claim for each API.
exports.onExecuteCredentialsExchange = async (event, api) => {
  switch (event.resource_server.identifier) {
    case 'https://orders.example.com/':
      api.accessToken.setCustomClaim('https://orders.example.com/api', 'orders');
      break;
    default:
      api.accessToken.setCustomClaim('https://orders.example.com/api', 'other');
  }
};
