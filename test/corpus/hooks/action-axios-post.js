// Action: an instance of axios, with a header for all requests.
const axios = require('axios');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const http = axios.create({ baseURL: event.secrets.API_URL, headers: { 'x-api-key': event.secrets.API_KEY } });
  const { data } = await http.post('/audit', { client: event.client.client_id });
  api.accessToken.setCustomClaim('https://orders.example.com/audit', [
    data.method,
    JSON.parse(data.body).client,
    data.headers['x-api-key'].length,
  ]);
};
