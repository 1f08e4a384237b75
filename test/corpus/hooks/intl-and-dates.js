// Intl, and dates in other time zones than the machine's.
module.exports = function (client, scope, audience, context, cb) {
  const at = new Date('2024-03-10T15:04:05.678Z');
  cb(null, {
    'https://orders.example.com/formatted': [
      new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5).replace(/\s/g, ' '),
      new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', dateStyle: 'long', timeStyle: 'short' }).format(at),
      at.toLocaleDateString('en-US', { timeZone: 'America/New_York', weekday: 'long' }),
      new Intl.PluralRules('en', { type: 'ordinal' }).select(22),
      ['ä', 'a', 'z'].sort(new Intl.Collator('de').compare).join(''),
      new Intl.ListFormat('en', { type: 'conjunction' }).format(['a', 'b', 'c']),
      at.toISOString(),
      Math.abs(Date.now() - new Date().getTime()) < 1000,
    ],
  });
};
