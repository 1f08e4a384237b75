// What Node's inspect knows as globalThis: two of the language's that it takes and hooks have not are there by name only.
const own = Object.getOwnPropertyDescriptors(Function('return this')());
const globals = Object.defineProperties({}, own);
Object.assign(globals, { Atomics: {}, FinalizationRegistry: class FinalizationRegistry {} });

export { globals as globalThis };
