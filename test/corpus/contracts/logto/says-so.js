const named = module.id;
const getCustomJwtClaims = () => ({ said: named === undefined });
