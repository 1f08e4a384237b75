module.exports = {
  performance: globalThis.performance ?? { now: () => Date.now(), timeOrigin: 0 },
  PerformanceObserver: class PerformanceObserver {
    observe() {}
    disconnect() {}
  },
  constants: {},
};
