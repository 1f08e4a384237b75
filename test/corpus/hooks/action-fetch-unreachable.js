// Action: a server that is away stops the token.
exports.onExecuteCredentialsExchange = async (event, api) => {
  try {
    await fetch(event.secrets.DEAD_URL);
  } catch (error) {
    console.error('roles cannot be read', error.message);
    return api.access.deny('server_error', 'Roles cannot be read at the moment.');
  }
};
