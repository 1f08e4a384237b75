// Auth0's SDK for Node before its rewrite in version 4. `node node-2-and-3.cjs FOLDER`, of an installed `auth0`.
const { createRequire } = require('node:module');
const {
  AUTH0_DOMAIN: domain,
  AUTH0_CLIENT_ID: clientId,
  AUTH0_CLIENT_SECRET: clientSecret,
  AUDIENCE: audience,
} = process.env;
const { AuthenticationClient, ManagementClient } = createRequire(`${process.argv[2]}/`)('auth0');

const management = new ManagementClient({ domain, clientId, clientSecret });
const SCRIPT = 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };';
const CODE = 'exports.onExecuteCredentialsExchange = async (event, api) => {};';
const assert = require('node:assert/strict');
let client;

const areas = {
  tokens: async () => {
    const authentication = new AuthenticationClient({ domain, clientId, clientSecret });
    const { access_token } = await authentication.clientCredentialsGrant({ audience });
    assert.equal(access_token.split('.').length, 3);
  },
  hooks: async () => {
    const made = await management.createHook({ name: 'tool-hook', script: SCRIPT, triggerId: 'credentials-exchange' });
    const { id } = made;
    await management.updateHook({ id }, { script: `${SCRIPT}\n`, enabled: true });
    await management.addHookSecrets({ id }, { A: 'a' });
    await management.updateHookSecrets({ id }, { A: 'b' });
    assert.deepEqual(Object.keys(await management.getHookSecrets({ id })), ['A']);
    await management.removeHookSecrets({ id }, ['A']);
    assert.ok((await management.getHooks()).some(({ name }) => name === 'tool-hook'));
    await management.deleteHook({ id });
  },
  actions: async () => {
    const trigger = { id: 'credentials-exchange', version: 'v2' };
    const action = {
      name: 'tool-action',
      supported_triggers: [trigger],
      code: CODE,
      secrets: [{ name: 'A', value: 'a' }],
    };
    const { id } = await management.actions.create(action);
    await management.actions.update({ id }, { code: `${CODE}\n` });
    await management.actions.deploy({ id });
    const bindings = [{ ref: { type: 'action_id', value: id }, display_name: 'tool-action' }];
    await management.actions.updateTriggerBindings({ trigger_id: 'credentials-exchange' }, { bindings });
    await management.actions.updateTriggerBindings({ trigger_id: 'credentials-exchange' }, { bindings: [] });
    assert.ok((await management.actions.getAll()).actions.some(({ name }) => name === 'tool-action'));
    await management.actions.delete({ id });
  },
  clients: async () => {
    client = await management.createClient({ name: 'tool-client', app_type: 'non_interactive' });
    await management.updateClient({ client_id: client.client_id }, { description: 'by a tool' });
    assert.equal((await management.getClient({ client_id: client.client_id })).description, 'by a tool');
    assert.ok((await management.getClients()).length > 1);
  },
  APIs: async () => {
    const made = await management.createResourceServer({
      identifier: 'urn:tool',
      name: 'Tool',
      scopes: [{ value: 'read' }],
    });
    await management.updateResourceServer({ id: made.id }, { token_lifetime: 600 });
    assert.equal((await management.getResourceServer({ id: made.id })).token_lifetime, 600);
  },
  grants: async () => {
    const { id } = await management.createClientGrant({ client_id: client.client_id, audience: 'urn:tool', scope: [] });
    await management.updateClientGrant({ id }, { scope: ['read'] });
    assert.equal((await management.getClientGrants({ audience: 'urn:tool' })).length, 1);
    await management.deleteClientGrant({ id });
    await management.deleteClient({ client_id: client.client_id });
  },
  keys: async () => {
    throw new Error('the SDK has no signing keys');
  },
  logs: async () => {
    assert.ok((await management.getLogs({ per_page: 5, q: 'type:seccft' })).length > 0);
  },
};

(async () => {
  for (const [area, step] of Object.entries(areas)) {
    const error = await step().then(
      () => null,
      (thrown) => String(thrown.message),
    );
    process.stdout.write(`${JSON.stringify({ area, error })}\n`);
  }
})();
