// Action: numbers and names of countries, by Intl.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const number = new Intl.NumberFormat('de-DE').format(1234.5);
  const country = new Intl.DisplayNames(['en'], { type: 'region' }).of('NO');
  api.accessToken.setCustomClaim('https://orders.example.com/shown', [number, country]);
};
