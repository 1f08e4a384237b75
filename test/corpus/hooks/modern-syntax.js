// Today's language: optional chaining, ??=, destructuring, spread, numeric separators, at(), groupBy, regular expressions.
module.exports = (
  { id, metadata: { plan = 'none', ...metadata } = {} },
  scope = [],
  audience,
  { body: { deep, ...body } = {} },
  cb,
) => {
  let fallback = null;
  fallback ??= 'filled';
  const { groups } = /^https:\/\/(?<host>[^/]+)/u.exec(audience) ?? {};
  const claims = {
    chain: [deep?.missing?.further ?? 'default', body.nothing?.(), metadata?.['tenants']?.length],
    numbers: [1_000_000, 0b101, 0o17, 2 ** 10, [1, 2, 3].at(-1)],
    text: [`${plan}`.padStart(6, '.'), 'a-b-c'.replaceAll('-', '+'), String.raw`\n`, groups?.host],
    lists: [
      [3, 1, 2].toSorted(),
      [1, [2, [3]]].flat(Infinity),
      Object.entries({ a: 1 }),
      [1, 2, 3].findLast((n) => n < 3),
    ],
    grouped: Object.groupBy(scope, (name) => name.split(':')[0]),
    sets: [...new Set([1, 2, 3]).intersection(new Set([2, 3, 4]))],
    fallback,
  };
  cb(null, { 'https://orders.example.com/modern': claims });
};
