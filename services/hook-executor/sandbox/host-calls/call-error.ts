/** Why a call of the runtime failed; told to the hook with its message, which thus says nothing but what it may know. */
export class CallError extends Error {
  /** Of 'subtle': the name of a DOMException, or 'TypeError', or the code of one of Node's. */
  readonly code: string;

  /** A line for the hook's author, in the console output of the run. */
  readonly advice: string | undefined;

  constructor(code: string, message: string, options: ErrorOptions & { advice?: string | undefined } = {}) {
    super(message, options);
    this.name = 'CallError';
    this.code = code;
    this.advice = options.advice;
  }
}
