// Action: some members of the metadata, by lodash.
const _ = require('lodash');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const picked = _.pick(event.client.metadata, ['plan', 'nothing']);
  api.accessToken.setCustomClaim('https://orders.example.com/picked', _.mapValues(picked, _.upperFirst));
};
