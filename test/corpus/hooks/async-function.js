// An async function that calls `cb` itself.
module.exports = async function (client, scope, audience, context, cb) {
  const role = await roleOf(client);
  return cb(null, { scope, 'https://orders.example.com/role': role });
};

async function roleOf({ metadata }) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return metadata.plan === 'full' ? 'owner' : 'guest';
}
