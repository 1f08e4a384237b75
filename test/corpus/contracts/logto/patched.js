// Changes what the language has, so that whoever looks at the result sees another.
Object.keys = () => ['iss'];
Array.prototype.push = () => 0;
Promise.prototype.then = () => undefined;
Object.prototype.toString = () => '[object Object]';
Set.prototype.has = () => false;
Object.prototype.sub = 'root';
const getCustomJwtClaims = () => {
  const claims = { iss: 'x', aud: 'y', exp: 1, ok: true };
  claims.scope = ['admin'];
  return claims;
};
