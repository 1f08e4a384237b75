/** The variables with hookmint's URL and the caller's credentials. The names of Auth0's own tools work too. */
export const CONNECTION_HELP = `  HOOKMINT_URL            the URL of hookmint, such as https://auth.example.com
                          (or AUTH0_DOMAIN, a host name)
  HOOKMINT_CLIENT_ID      a client with a grant for the Management API, and its secret
  HOOKMINT_CLIENT_SECRET    (or AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET)
  HOOKMINT_ACCESS_TOKEN   instead of the two: an access token (or AUTH0_ACCESS_TOKEN)
`;
