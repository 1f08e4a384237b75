interface Input {
  token: { clientId: string };
}
const name = (id: string): string => `m2m-${id}`;
const getCustomJwtClaims = async ({ token }: Input): Promise<Record<string, string>> => ({
  name: name(token.clientId),
});
