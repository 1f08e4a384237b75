/** Longest JSON text of a request that a hook may hand over, characters; as host-calls/host-functions.ts has it. */
export const MAX_CALL_LENGTH = 2_097_152;

/**
 * Items of a list in one message, and characters of its requests: what is more goes into the next message. The executor works on a
 * message at once, and whoever has taken over the process decides what is in it.
 */
export const MAX_ITEMS_PER_MESSAGE = 32;

/** Longest message, characters: what fits is some 8 MB of text, and JSON writes a quote as two characters, others as six. */
export const MAX_MESSAGE_CHARACTERS = 24 * 1_048_576;
