// As most public scripts: for people, who are not here.
const getCustomJwtClaims = async ({ context }) => ({ email: context.user.primaryEmail });
