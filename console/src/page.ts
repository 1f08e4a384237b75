/** What the server wrote into the page. */
const told = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="hookmint-${name}"]`)?.content ?? '';

/** Of the console: `/console/`, below the path of its address. */
export const CONSOLE_PATH = told('path');

/** Of the Management API, beside it. */
export const ORIGIN_PATH = CONSOLE_PATH.replace(/console\/$/, '');

/** Styles that the editor makes are ours. Browsers show it to the element alone. */
export const NONCE = document.querySelector<HTMLMetaElement>('meta[name="hookmint-nonce"]')?.nonce ?? '';
