// util, events, path, assert and stream, as libraries and hooks use them.
const util = require('util');
const EventEmitter = require('events');
const path = require('path');
const assert = require('assert');
const { Readable, Transform, pipeline } = require('stream');

class Bus extends EventEmitter {}

module.exports = function (client, scope, audience, context, cb) {
  const bus = new Bus();
  const heard = [];
  bus.on('claim', (...args) => heard.push(args)).once('claim', () => heard.push('once'));
  bus.emit('claim', 1, 'a');
  bus.emit('claim', 2);

  let failure;
  try {
    assert.strictEqual(1, 2, 'not the same');
  } catch (e) {
    failure = [e.name, e.code, e.message];
  }
  assert.deepEqual({ a: [1] }, { a: [1] });

  const upper = new Transform({ transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()) });
  const chunks = [];
  upper.on('data', (chunk) => chunks.push(chunk.toString()));
  pipeline(Readable.from(['a', 'b']), upper, (error) => {
    if (error) return cb(error);
    cb(null, {
      'https://orders.example.com/helpers': [
        heard,
        failure,
        chunks.join(''),
        path.join('/a', '..', 'b', 'c.json'),
        path.extname('x/y.tar.gz'),
        util.format('%s=%d %j', 'a', 1, { b: 2 }),
        util.inspect({ a: { b: { c: {} } } }, { depth: 0 }),
        [util.isDeepStrictEqual({ a: 1 }, { a: 1 }), util.types.isDate(new Date()), util.isArray([])],
      ],
    });
  });
};
