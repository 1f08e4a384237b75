// Action: a promise that is rejected, returned.
exports.onExecuteCredentialsExchange = () => Promise.reject(new Error('rejected'));
