// What a script may return, by the name of a secret.
const RESULTS = {
  array: () => [],
  text: () => 'x',
  nothing: () => undefined,
  null: () => null,
  map: () => new Map([['a', 1]]),
  date: () => new Date(),
  endless: () => {
    for (;;);
  },
  waits: () => new Promise(() => {}),
  large: () => ({ a: 'x'.repeat(200_000) }),
  number: () => ({ a: NaN, b: 1 }),
  nulls: () => Object.assign(Object.create(null), { a: 1 }),
};

const getCustomJwtClaims = ({ environmentVariables }) => RESULTS[environmentVariables.RESULT]();
