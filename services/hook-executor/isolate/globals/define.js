import { defineProperty, descriptorOf, ownKeys, toStringTag } from './intrinsics.js';

/** A property as Node has its globals: there, but not enumerated. */
export const hidden = (target, name, value) =>
  defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });

export function defineGlobal(name, value) {
  if (typeof value === 'function' && value.name !== name)
    defineProperty(value, 'name', { value: name, configurable: true });
  hidden(globalThis, name, value);
}

/** A global that is made when it is first asked for; until then, and to whoever assigns to it, it looks like any other. */
export function defineLazily(name, make) {
  defineProperty(globalThis, name, {
    get() {
      const value = make();
      hidden(globalThis, name, value);
      return value;
    },
    set(value) {
      hidden(globalThis, name, value);
    },
    configurable: true,
    enumerable: false,
  });
}

/** A class as Web IDL has it: members enumerable, tagged with the interface's name. */
export function defineInterface(name, Class) {
  const names = ownKeys(Class.prototype);
  for (let i = 0; i < names.length; i++) {
    const key = names[i];
    if (typeof key === 'symbol' || key === 'constructor') continue;
    const descriptor = descriptorOf(Class.prototype, key);
    descriptor.enumerable = true;
    defineProperty(Class.prototype, key, descriptor);
  }
  tag(Class.prototype, name);
  defineGlobal(name, Class);
}

export const tag = (target, value) => defineProperty(target, toStringTag, { value, configurable: true });
