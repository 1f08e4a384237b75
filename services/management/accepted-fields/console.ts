import { acts, type AcceptedFields } from './accepted-field.ts';

const SESSIONS = 'test/attacks/console-session.test.ts';

export const consoleLinks: AcceptedFields = {
  ...acts(
    'role',
    'What who follows the link may do.',
    `${SESSIONS}: a link gives its role, and nobody makes one of more than they have`,
  ),
  ...acts('minutes', 'Until the link expires.', `${SESSIONS}: a link is of no use after its time`),
};
