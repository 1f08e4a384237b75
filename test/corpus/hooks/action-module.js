// Action: written as a module with a named export.
import { randomUUID } from 'node:crypto';

export const onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('id', randomUUID().length);
};
