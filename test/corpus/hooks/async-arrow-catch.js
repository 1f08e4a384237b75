// An async arrow with `try`/`catch` around its `await`s: what failed goes to `cb`.
module.exports = async (client, scope, audience, context, cb) => {
  try {
    await lookUp(context.body.user);
    cb(null, { scope });
  } catch (error) {
    cb(error);
  } finally {
    delete context.body.user;
  }
};

const lookUp = async (user) => {
  await null;
  if (user === 'banned') throw new InvalidScopeError(`${user} may not have scopes`);
  if (user === 'unlucky') throw new TypeError('cannot read the user');
  return user;
};
