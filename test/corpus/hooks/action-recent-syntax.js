// Action: syntax of the last years.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const found = [3, 1, 2].toSorted().at(-1);
  const grouped = Object.groupBy(event.accessToken.scope, (scope) => scope.split(':')[0]);
  let label = null;
  label ??= event.client.name?.replaceAll(' ', '-').toLowerCase();
  api.accessToken.setCustomClaim('https://orders.example.com/recent', [
    found,
    Object.keys(grouped),
    label,
    1_000n.toString(),
  ]);
};
