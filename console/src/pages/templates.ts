type Template = { name: string; script: string };

/** What a new hook begins with. */
export const HOOK_TEMPLATES: readonly Template[] = [
  {
    name: 'Add a claim',
    script: `module.exports = function (client, scope, audience, context, cb) {
  cb(null, {
    scope: scope,
    'https://example.com/plan': client.metadata.plan || 'free',
  });
};
`,
  },
  {
    name: 'Refuse some clients',
    script: `module.exports = function (client, scope, audience, context, cb) {
  if (client.metadata.suspended === 'true') {
    return cb(new InvalidRequestError('The client is suspended'));
  }
  cb(null, { scope: scope });
};
`,
  },
  {
    name: 'Ask another service',
    script: `module.exports = async function (client, scope, audience, context, cb) {
  try {
    const response = await fetch('https://api.example.com/plans/' + encodeURIComponent(client.id), {
      headers: { authorization: 'Bearer ' + context.webtask.secrets.PLANS_TOKEN },
    });
    const plan = await response.json();
    cb(null, { scope: scope, 'https://example.com/plan': plan.name });
  } catch (error) {
    cb(error);
  }
};
`,
  },
];

/** The same as Actions. */
export const ACTION_TEMPLATES: readonly Template[] = [
  {
    name: 'Add a claim',
    script: `exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://example.com/plan', event.client.metadata.plan || 'free');
};
`,
  },
  {
    name: 'Refuse some clients',
    script: `exports.onExecuteCredentialsExchange = async (event, api) => {
  if (event.client.metadata.suspended === 'true') {
    api.access.deny('invalid_request', 'The client is suspended');
  }
};
`,
  },
  {
    name: 'Ask another service',
    script: `exports.onExecuteCredentialsExchange = async (event, api) => {
  const response = await fetch('https://api.example.com/plans/' + encodeURIComponent(event.client.client_id), {
    headers: { authorization: 'Bearer ' + event.secrets.PLANS_TOKEN },
  });
  const plan = await response.json();
  api.accessToken.setCustomClaim('https://example.com/plan', plan.name);
};
`,
  },
];
