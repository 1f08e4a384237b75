// Action: an error class of its own, thrown.
exports.onExecuteCredentialsExchange = async (event, api) => {
  class NotToday extends Error {
    name = 'NotToday';
  }
  throw new NotToday('closed');
};
