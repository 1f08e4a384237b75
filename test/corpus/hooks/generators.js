// Generators, iterators, async generators and `for await`.
function* pages(list, size) {
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size);
}

async function* slowly(list) {
  for (const item of list) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield item * 2;
  }
}

module.exports = async (client, scope, audience, context, cb) => {
  const doubled = [];
  for await (const n of slowly([1, 2, 3])) doubled.push(n);
  const range = {
    *[Symbol.iterator]() {
      yield* ['x', 'y'];
    },
  };
  cb(null, { 'https://orders.example.com/iterated': [[...pages([1, 2, 3, 4, 5], 2)], doubled, [...range]] });
};
