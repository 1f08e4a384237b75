/** The runtime's inspect, without all of `util`. */
module.exports = (value, options = undefined) => {
  const library = globalThis[Symbol.for('hookmint.inspect')];
  return library === undefined ? String(value) : library().inspect(value, options);
};
