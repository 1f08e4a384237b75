// Enough for libraries that keep a context when there is one: it lasts as long as the synchronous call.
class AsyncResource {
  runInAsyncScope(run, self, ...args) {
    return Reflect.apply(run, self, args);
  }
  bind(run) {
    return run;
  }
  static bind(run) {
    return run;
  }
  emitDestroy() {
    return this;
  }
  asyncId() {
    return 0;
  }
  triggerAsyncId() {
    return 0;
  }
}

class AsyncLocalStorage {
  #store;
  run(store, run, ...args) {
    const before = this.#store;
    this.#store = store;
    try {
      return run(...args);
    } finally {
      this.#store = before;
    }
  }
  exit(run, ...args) {
    return this.run(undefined, run, ...args);
  }
  getStore() {
    return this.#store;
  }
  enterWith(store) {
    this.#store = store;
  }
  disable() {
    this.#store = undefined;
  }
}

module.exports = {
  AsyncResource,
  AsyncLocalStorage,
  createHook: () => ({ enable() {}, disable() {} }),
  executionAsyncId: () => 0,
  triggerAsyncId: () => 0,
  executionAsyncResource: () => ({}),
};
