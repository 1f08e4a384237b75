// A warm handler keeps what it has; `process.env` is its own.
let runs = 0;
export const handler = (event, context, callback) => {
  runs += 1;
  process.env.SEEN = String(runs);
  const claimsToAddOrOverride = { runs, seen: process.env.SEEN, names: Object.keys(process.env).sort() };
  setTimeout(() => {
    callback(null, {
      ...event,
      response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride } } },
    });
  }, 5);
};
