const channel = () => ({ hasSubscribers: false, publish() {}, subscribe() {}, unsubscribe: () => false });

module.exports = {
  channel,
  hasSubscribers: () => false,
  subscribe() {},
  unsubscribe: () => false,
  tracingChannel: () => ({
    hasSubscribers: false,
    subscribe() {},
    unsubscribe: () => false,
    traceSync: (run, _context, self, ...args) => Reflect.apply(run, self, args),
    tracePromise: (run, _context, self, ...args) => Reflect.apply(run, self, args),
  }),
};
