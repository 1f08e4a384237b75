const EventEmitter = require('events/');

EventEmitter.captureRejections = false;
EventEmitter.errorMonitor ??= Symbol('events.errorMonitor');
EventEmitter.captureRejectionSymbol ??= Symbol.for('nodejs.rejection');
EventEmitter.setMaxListeners ??= () => undefined;
EventEmitter.getEventListeners ??= (emitter, name) => emitter.listeners?.(name) ?? [];
EventEmitter.addAbortListener ??= (signal, listener) => {
  signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose ?? 'dispose']: () => signal.removeEventListener('abort', listener) };
};

module.exports = EventEmitter;
