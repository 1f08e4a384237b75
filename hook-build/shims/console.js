module.exports = globalThis.console;
module.exports.Console ??= class Console {
  constructor() {
    return Object.create(globalThis.console);
  }
};
