// Action: two requests at the same time.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const paths = ['users', 'gzip'];
  const [{ roles }, { zipped }] = await Promise.all(
    paths.map(async (path) => (await fetch(`${event.secrets.API_URL}/${path}`)).json()),
  );
  api.accessToken.setCustomClaim('https://orders.example.com/both', [roles.length, zipped]);
};
