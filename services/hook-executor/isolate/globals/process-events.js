import { catchUncaught } from './connection.js';
import { apply, push, SafeMap, sliceArray, splice } from './intrinsics.js';
import { coded } from './node-error.js';

/** The listeners of `process`: an `EventEmitter` in small, as that of `events` is in a hook's bundle. */
export function listenable(target) {
  const byName = new SafeMap();
  const entriesOf = (name) => byName.get(name) ?? [];

  const listening = (once, first) => (name, listener) => {
    if (typeof listener !== 'function')
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "listener" argument must be of type function.');
    const entries = sliceArray(entriesOf(name));
    const entry = { __proto__: null, listener, once };
    if (first) splice(entries, 0, 0, entry);
    else push(entries, entry);
    byName.set(name, entries);
    return target;
  };
  function remove(name, listener) {
    const entries = sliceArray(entriesOf(name));
    for (let i = entries.length - 1; i >= 0; i--) {
      if (entries[i].listener !== listener) continue;
      splice(entries, i, 1);
      if (entries.length === 0) byName.delete(name);
      else byName.set(name, entries);
      break;
    }
    return target;
  }
  function emit(name, ...args) {
    const entries = entriesOf(name);
    for (let i = 0; i < entries.length; i++) {
      if (entries[i].once) remove(name, entries[i].listener);
      apply(entries[i].listener, target, args);
    }
    return entries.length > 0;
  }
  const listeners = (name) => {
    const list = [];
    const entries = entriesOf(name);
    for (let i = 0; i < entries.length; i++) push(list, entries[i].listener);
    return list;
  };

  const [on, once] = [listening(false, false), listening(true, false)];
  catchUncaught((error) => emit('uncaughtException', error, 'uncaughtException'));
  return {
    on,
    addListener: on,
    once,
    prependListener: listening(false, true),
    prependOnceListener: listening(true, true),
    off: remove,
    removeListener: remove,
    removeAllListeners(name = undefined) {
      if (name === undefined) byName.clear();
      else byName.delete(name);
      return target;
    },
    emit,
    listeners,
    rawListeners: listeners,
    listenerCount: (name) => entriesOf(name).length,
    eventNames() {
      const names = [];
      byName.forEach((_, name) => push(names, name));
      return names;
    },
    setMaxListeners: () => target,
    getMaxListeners: () => 10,
  };
}
