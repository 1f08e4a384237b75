/**
 * The runtime's inspect, without all of `util`.
 *
 * @param {any} [options]
 */
module.exports = (value, options = undefined) => {
  const library = globalThis[Symbol.for('hookmint.inspect')];
  return library === undefined ? String(value) : library().inspect(value, options);
};
