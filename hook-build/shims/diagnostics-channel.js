// Channels as Node has them: what is published is delivered to who subscribed, in the same turn.
const { invalidArgType } = require('./errors.js');

const channels = new Map();

function requireSubscription(subscription) {
  if (typeof subscription !== 'function') throw invalidArgType('subscription', 'of type function', subscription);
}

class Channel {
  #subscribers = [];
  #stores = new Map();
  constructor(name) {
    this.name = name;
  }
  get hasSubscribers() {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }
  subscribe(subscription) {
    requireSubscription(subscription);
    this.#subscribers = [...this.#subscribers, subscription];
  }
  unsubscribe(subscription) {
    const at = this.#subscribers.indexOf(subscription);
    if (at < 0) return false;
    this.#subscribers = this.#subscribers.toSpliced(at, 1);
    return true;
  }
  publish(message) {
    for (const subscription of this.#subscribers) {
      try {
        subscription(message, this.name);
      } catch (error) {
        // As in Node, where it is uncaught.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
  bindStore(store, transform = undefined) {
    this.#stores.set(store, transform);
  }
  unbindStore(store) {
    return this.#stores.delete(store);
  }
  runStores(data, run, self = undefined, ...args) {
    let inner = () => {
      this.publish(data);
      return Reflect.apply(run, self, args);
    };
    for (const [store, transform] of this.#stores) {
      const next = inner;
      inner = () => {
        let value = data;
        try {
          if (transform) value = transform(data);
        } catch (error) {
          process.nextTick(() => {
            throw error;
          });
          return next();
        }
        return store.run(value, next);
      };
    }
    return inner();
  }
}

function channel(name) {
  if (typeof name !== 'string' && typeof name !== 'symbol')
    throw invalidArgType('channel', 'one of type string or symbol', name);
  if (!channels.has(name)) channels.set(name, new Channel(name));
  return channels.get(name);
}

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

class TracingChannel {
  /** @type {any} */
  start;
  /** @type {any} */
  end;
  /** @type {any} */
  asyncStart;
  /** @type {any} */
  asyncEnd;
  /** @type {any} */
  error;
  constructor(nameOrChannels) {
    if (typeof nameOrChannels !== 'string' && (typeof nameOrChannels !== 'object' || nameOrChannels === null))
      throw invalidArgType(
        'nameOrChannels',
        'of type string or an instance of TracingChannel or Object',
        nameOrChannels,
      );
    for (const event of EVENTS) {
      const own =
        typeof nameOrChannels === 'string' ? channel(`tracing:${nameOrChannels}:${event}`) : nameOrChannels[event];
      if (own === undefined || own === null) throw new TypeError('Cannot convert undefined or null to object');
      if (!(own instanceof Channel)) throw invalidArgType(`nameOrChannels.${event}`, 'an instance of Channel', own);
      Object.defineProperty(this, event, { value: own, enumerable: true, writable: true, configurable: true });
    }
  }
  get hasSubscribers() {
    return EVENTS.some((event) => this[event].hasSubscribers);
  }
  subscribe(handlers) {
    for (const event of EVENTS) if (handlers[event]) this[event].subscribe(handlers[event]);
  }
  unsubscribe(handlers) {
    return EVENTS.map((event) => !handlers[event] || this[event].unsubscribe(handlers[event])).every(Boolean);
  }
  #start(context, work) {
    return this.start.runStores(context, () => {
      try {
        return work();
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }
  traceSync(run, context = {}, self = undefined, ...args) {
    if (!this.hasSubscribers) return Reflect.apply(run, self, args);
    return this.#start(context, () => {
      const result = Reflect.apply(run, self, args);
      context.result = result;
      return result;
    });
  }
  tracePromise(run, context = {}, self = undefined, ...args) {
    if (!this.hasSubscribers) return Reflect.apply(run, self, args);
    const settled = (name, value) => {
      context[name] = value;
      if (name === 'error') this.error.publish(context);
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
    };
    return this.#start(context, () => {
      const result = Reflect.apply(run, self, args);
      const promise = typeof result?.then === 'function' ? result : Promise.resolve(result);
      return promise.then(
        (value) => {
          settled('result', value);
          return value;
        },
        (error) => {
          settled('error', error);
          throw error;
        },
      );
    });
  }
  traceCallback(run, position = -1, context = {}, self = undefined, ...args) {
    if (!this.hasSubscribers) return Reflect.apply(run, self, args);
    const callback = args.at(position);
    if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
    const channels = this;
    /** @this {unknown} */
    const traced = function (error, result) {
      if (error) {
        context.error = error;
        channels.error.publish(context);
      } else context.result = result;
      return channels.asyncStart.runStores(context, () => {
        try {
          return Reflect.apply(callback, this, arguments);
        } finally {
          channels.asyncEnd.publish(context);
        }
      });
    };
    args.splice(position, 1, traced);
    return this.#start(context, () => Reflect.apply(run, self, args));
  }
}

module.exports = {
  Channel,
  channel,
  hasSubscribers: (name) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name, subscription) => channel(name).subscribe(subscription),
  unsubscribe: (name, subscription) => channel(name).unsubscribe(subscription),
  tracingChannel: (nameOrChannels) => new TracingChannel(nameOrChannels),
};
