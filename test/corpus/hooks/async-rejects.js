// An async function without `catch`, rejected before it calls `cb`.
module.exports = async (client, scope, audience, context, cb) => {
  const [tenant] = JSON.parse(client.metadata.tenants);
  await Promise.reject(new Error(`no such tenant: ${tenant}`));
  cb(null, { scope });
};
