import { createHash } from 'node:crypto';

const getCustomJwtClaims = ({ token }) => ({
  id: createHash('sha256').update(token.clientId).digest('hex').slice(0, 8),
}); // The last line is a comment
