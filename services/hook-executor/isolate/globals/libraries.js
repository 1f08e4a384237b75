import { libraryText } from './connection.js';

// Libraries that most hooks never use, or not in every isolate: each is evaluated when it is first needed, so that an isolate without
// it starts as fast and is as small. A library takes the built-ins as the hook left them.
const evaluate = globalThis.eval;
const loaded = { __proto__: null };

/** @param {'encoding' | 'inspect' | 'streams'} name of a file in isolate/libraries/ */
export function library(name) {
  return (loaded[name] ??= evaluate(libraryText(name)));
}
export const isLoaded = (name) => loaded[name] !== undefined;
