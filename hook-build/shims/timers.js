const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;

const { invalidArgType, outOfRange } = require('./errors.js');
const MAX_DELAY_MS = 2 ** 31 - 1;
const started = new WeakMap();

/** Deprecated ways to have timers of objects of one's own: `_onTimeout` is called once `active` is so long ago. */
function enroll(item, ms) {
  if (typeof ms !== 'number') throw invalidArgType('msecs', 'of type number', ms);
  if (!(ms >= 0 && Number.isFinite(ms))) throw outOfRange('msecs', 'a non-negative finite number', ms);
  if (item._idleNext) unenroll(item);
  item._idleNext = item._idlePrev = null;
  if (ms > MAX_DELAY_MS) {
    const text = `${ms} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${MAX_DELAY_MS}.`;
    process.emitWarning(text, 'TimeoutOverflowWarning');
  }
  item._idleTimeout = Math.min(ms, MAX_DELAY_MS);
}
function active(item) {
  clearTimeout(started.get(item));
  if (!(item._idleTimeout >= 0)) return;
  item._idleStart = Math.trunc(globalThis.performance.now());
  item._idleNext = item._idlePrev = item;
  started.set(
    item,
    setTimeout(() => item._onTimeout?.(), item._idleTimeout),
  );
}
function unenroll(item) {
  clearTimeout(started.get(item) ?? item);
  item._idleTimeout = -1;
}

module.exports = {
  enroll,
  unenroll,
  active,
  _unrefActive: active,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
  get promises() {
    return require('timers/promises');
  },
};
