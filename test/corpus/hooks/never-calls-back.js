// A branch that forgets `cb`: the commonest mistake.
module.exports = function (client, scope, audience, context, cb) {
  if (client.metadata.plan === 'unheard of') {
    cb(null, { scope: scope });
  }
};
