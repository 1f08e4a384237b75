// Action: an assignment to the event changes nothing.
exports.onExecuteCredentialsExchange = async (event, api) => {
  event.accessToken.customClaims['https://orders.example.com/assigned'] = true;
  event.accessToken.scope.push('admin:everything');
};
