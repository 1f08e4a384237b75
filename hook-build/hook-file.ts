/** The author's file, as errors and source maps call it. */
export const HOOK_FILE = 'hook.js';
