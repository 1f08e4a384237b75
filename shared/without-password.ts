/** Query parameters of a MongoDB URL that hold a secret. */
const SECRET_PARAMETERS = /([?&](?:[^=&]*password|authMechanismProperties)=)[^&]*/gi;

/**
 * URLs of servers as they may be shown: without user and password, and without secrets in the query. Also of one that is not a valid
 * URL, as who is told so sees it: then all before the last `@` is taken for user and password, hosts that stand there too.
 */
export function withoutPassword(urls: string): string {
  const wellFormed = urls.replace(/\/\/[^@/]*@/g, '//');
  const shown = wellFormed.includes('@') ? wellFormed.replace(/^([a-z+]+:\/\/)?.*@/is, '$1') : wellFormed;
  return shown.replace(SECRET_PARAMETERS, '$1***');
}
