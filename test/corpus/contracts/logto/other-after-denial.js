function getCustomJwtClaims({ api }) {
  try {
    api.denyAccess('Wrong API');
  } catch {
    throw new Error('another');
  }
}
