// Narrows the scopes to what the client's plan allows.
const ALLOWED = { free: /^read:/, full: /./ };

module.exports = (client, scope, audience, context, cb) => {
  const plan = context.body.plan || client.metadata.plan;
  cb(null, { scope: (scope || []).filter((name) => ALLOWED[plan].test(name)) });
};
