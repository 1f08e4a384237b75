/** The limits of contract §6. A request beyond one is a 400 that names it. */

export const MAX_ACTIONS = 100;
/** Actions of one trigger. */
export const MAX_BOUND_ACTIONS = 20;
/** The author's own code, without its modules, bytes of UTF-8. */
export const MAX_ACTION_CODE_BYTES = 102_400;
export const MAX_ACTION_DEPENDENCIES = 10;
export const MAX_ACTION_NAME_LENGTH = 255;
export const MAX_SECRET_NAME_LENGTH = 128;
export const MAX_SECRET_VALUE_LENGTH = 4_096;

/** Items of a page that asks for no number: Actions, versions and bindings alike. */
export const DEFAULT_ACTION_PAGE_ITEMS = 20;
