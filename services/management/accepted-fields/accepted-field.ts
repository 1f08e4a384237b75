/**
 * What becomes of a field:
 * - `acts`: it decides about tokens, about who may do what, or about what an operation does;
 * - `told`: it describes something for people or tools, who are told it again;
 * - `login`: it is about users who log in, their sessions, ID tokens and refresh tokens. No request for any of these is granted here,
 *   so nothing can happen against it. It is told again, since Auth0's tools send all of a resource;
 * - `off`: only the value is taken that says what hookmint does anyway; every other is refused;
 * - `sent_back`: the API itself tells it, tools send it back with the rest, and it is not kept.
 */
export type Effect = 'acts' | 'told' | 'login' | 'off' | 'sent_back';

export type AcceptedField = {
  effect: Effect;
  /** In a sentence of its own, for `/openapi.json`. */
  does: string;
  /** `file: title` of the test that shows it. */
  shownBy: string;
};

/** Fields of one kind of body, by their paths (`fields-of.ts`). */
export type AcceptedFields = Readonly<Record<string, AcceptedField>>;

const TABLE_TEST = 'test/e2e/accepted-fields.test.ts';

const each = (paths: string, field: AcceptedField): AcceptedFields =>
  Object.fromEntries(paths.split(' ').map((path) => [path, field]));

/** Fields that act alike, their paths separated by spaces. */
export const acts = (paths: string, does: string, shownBy: string): AcceptedFields =>
  each(paths, { effect: 'acts', does, shownBy });

export const told = (paths: string, does: string): AcceptedFields =>
  each(paths, { effect: 'told', does, shownBy: `${TABLE_TEST}: what describes something is told again` });

export const login = (
  paths: string,
  does = 'About users who log in, which hookmint does not have: stored and returned.',
): AcceptedFields =>
  each(paths, {
    effect: 'login',
    does,
    shownBy: `${TABLE_TEST}: what is about logins is told again, and changes no token`,
  });

export const off = (paths: string, does: string): AcceptedFields =>
  each(paths, {
    effect: 'off',
    does,
    shownBy: `${TABLE_TEST}: what hookmint does not have is taken where it is off, and else refused`,
  });

export const sentBack = (paths: string, does: string): AcceptedFields =>
  each(paths, {
    effect: 'sent_back',
    does,
    shownBy: `${TABLE_TEST}: what the API tells can be sent back, and decides nothing`,
  });
