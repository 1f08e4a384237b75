import { hidden } from './define.js';

/** An error as Node's own: its code is in the stack's first line, yet not in its name. */
export function coded(Class, code, message) {
  const error = new Class(message);
  const { name } = error;
  hidden(error, 'name', `${name} [${code}]`);
  void error.stack;
  delete error.name;
  error.code = code;
  hidden(error, 'toString', toString);
  return error;
}
/** @this {any} */
function toString() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

/** Of a class that only the runtime makes instances of. */
export const illegalConstructor = () => coded(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');

export const invalidThis = (name) => coded(TypeError, 'ERR_INVALID_THIS', `Value of "this" must be of type ${name}`);

export const invalidArgument = (message) => coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
