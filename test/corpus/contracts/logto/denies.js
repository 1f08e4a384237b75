function getCustomJwtClaims({ token, api }) {
  if (token.aud !== 'https://other.example.com/') api.denyAccess('Wrong API');
  return { unreachable: true };
}
