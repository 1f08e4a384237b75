// Action: a window of time, by moment.
const moment = require('moment');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const end = moment.utc('2026-01-31T10:00:00Z').add(1, 'month');
  api.accessToken.setCustomClaim('https://orders.example.com/until', end.format('YYYY-MM-DD[T]HH:mm[Z]'));
};
