// Action: the tenant's id, and what is not of a tenant here.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/tenant', [
    event.tenant.id,
    event.organization?.id ?? null,
    event.custom_domain?.domain ?? null,
  ]);
};
