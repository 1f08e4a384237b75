// But for tab and line feed.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text of a server's or a file's for a person at a terminal: without what would move their cursor, or do more. */
export const printable = (text: string): string => text.replace(CONTROLS, '\uFFFD');
