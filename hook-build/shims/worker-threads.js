module.exports = Object.assign(require('./unavailable.js')('worker_threads'), {
  isMainThread: true,
  parentPort: null,
  workerData: null,
  threadId: 0,
});
