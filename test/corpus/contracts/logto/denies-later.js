let getCustomJwtClaims = async ({ api }) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  api.denyAccess();
};
