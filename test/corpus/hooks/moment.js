// `moment` and `moment-timezone`.
const moment = require('moment');
const tz = require('moment-timezone');

module.exports = function (client, scope, audience, context, cb) {
  const at = moment.utc('2024-02-28T23:30:00Z');
  cb(null, {
    'https://orders.example.com/moment': [
      at.clone().add(1, 'day').format('YYYY-MM-DD HH:mm'),
      at.isBefore(moment()),
      moment.duration(90, 'minutes').humanize(),
      tz(at).tz('Europe/Berlin').format('YYYY-MM-DD HH:mm z'),
    ],
  });
};
