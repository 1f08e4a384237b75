// `util.promisify(setTimeout)`, the usual way to wait, setImmediate too, and `util.promisify.custom`.
const util = require('util');
const sleep = util.promisify(setTimeout);

function custom() {}
custom[util.promisify.custom] = async () => 'custom';

module.exports = async (client, scope, audience, context, cb) => {
  try {
    cb(null, {
      'https://orders.example.com/waited': [
        await sleep(5, 'after'),
        await util.promisify(setImmediate)('immediate'),
        await util.promisify(custom)(),
      ],
    });
  } catch (e) {
    cb(e);
  }
};
