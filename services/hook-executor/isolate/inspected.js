// Runs first in a realm of Node's own, which stands for an isolate while a debugger looks into the hook. Makes stacks what they are in an isolate:
// positions in `hook.js`, and no frames of the host. Called with the address of the hook's script, and by how many lines, and columns of its first
// line, that is behind the author's code; gives what makes a function of this realm of one of the host's.
(function (url, linesBefore, columnsBefore) {
  'use strict';
  const ErrorClass = Error;
  const StringFunction = String;
  const { defineProperty } = Object;
  const call = Function.prototype.call;
  const startsWith = call.bind(String.prototype.startsWith);
  const split = call.bind(String.prototype.split);
  const replace = call.bind(String.prototype.replace);
  const toText = call.bind(ErrorClass.prototype.toString);

  const POSITION = /^:(\d+):(\d+)/;
  const inFile = (_text, line, column) =>
    `:${line - linesBefore}:${line === '1' && linesBefore === 0 ? column - columnsBefore : column}`;
  const shown = (frame) => {
    const parts = split(StringFunction(frame), url);
    let text = parts[0];
    for (let i = 1; i < parts.length; i++) text += 'hook.js' + replace(parts[i], POSITION, inFile);
    return text;
  };
  const isOfHost = (file) => typeof file === 'string' && (startsWith(file, 'node:') || startsWith(file, 'file:'));

  defineProperty(ErrorClass, 'prepareStackTrace', {
    __proto__: null,
    value: (error, frames) => {
      let text;
      try {
        text = toText(error);
      } catch {
        text = '<error>';
      }
      for (let i = 0; i < frames.length; i++) {
        const file = frames[i].getFileName();
        if (file === url || !isOfHost(file)) text += `\n    at ${shown(frames[i])}`;
      }
      return text;
    },
    writable: true,
    configurable: true,
    enumerable: false,
  });

  return (of) =>
    (...given) => {
      try {
        return of(...given);
      } catch {
        // An error of the host has the host's realm behind it.
        throw new ErrorClass('the call cannot be answered');
      }
    };
});
