function getCustomJwtClaims({ api }) {
  try {
    api.denyAccess('Wrong API');
  } catch {
    // Goes on.
  }
  return { unreachable: true };
}
