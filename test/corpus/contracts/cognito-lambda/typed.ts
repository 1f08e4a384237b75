import type { Handler } from 'aws-lambda';
export const handler: Handler = async (event) => {
  event.response.claimsAndScopeOverrideDetails = {
    accessTokenGeneration: {
      claimsToAddOrOverride: { a: 1, b: ['x'], groups: ['ops'], sub: 'me', 'cognito:username': 'me' },
      claimsToSuppress: ['a', 'iat'],
      scopesToAdd: ['with space', 'orders:read'],
    },
  };
  return event;
};
