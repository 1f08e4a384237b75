module.exports = Object.assign(
  require('./unavailable.js')('worker_threads', 'worker_threads', 'a hook runs alone, in one thread'),
  {
    isMainThread: true,
    parentPort: null,
    workerData: null,
    threadId: 0,
  },
);
