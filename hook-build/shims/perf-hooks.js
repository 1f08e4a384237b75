// The runtime's, with names of Node's own.
const NAMES = [
  'performance',
  'Performance',
  'PerformanceEntry',
  'PerformanceMark',
  'PerformanceMeasure',
  'PerformanceObserver',
  'PerformanceObserverEntryList',
];

module.exports = { ...Object.fromEntries(NAMES.map((name) => [name, globalThis[name]])), constants: {} };
