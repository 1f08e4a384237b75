/** A mistake in how the command was called or in what it was given: shown as one line, without a stack. */
export class UsageError extends Error {}
