const WAYS = {
  sync: () => {
    throw new Error('no');
  },
  async: async () => {
    throw new TypeError('not now');
  },
  asText: () => Promise.reject('a text'),
  byFail: (event, context) => context.fail(new Error('refused')),
  nothing: (event, context) => context.fail(),
};
exports.handler = (event, context, callback) => WAYS[process.env.WAY](event, context, callback);
