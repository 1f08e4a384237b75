// Calls `cb` first, later computes for longer than anything looks after it, and only then sends what it computed.
module.exports = function (client, scope, audience, context, cb) {
  const { API_URL } = context.webtask.secrets;
  cb(null, { scope: scope });
  setTimeout(() => {
    const untilMs = Date.now() + 80;
    while (Date.now() < untilMs);
    setTimeout(() => {
      fetch(`${API_URL}/record/late`, { method: 'POST', body: client.id }).catch(() => undefined);
    }, 5);
  }, 5);
};
