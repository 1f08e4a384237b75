import { hidden } from './define.js';

/** An error as Node's own: its code is in the stack's first line, yet not in its name. */
export function coded(Class, code, message) {
  const error = new Class(message);
  const { name } = error;
  hidden(error, 'name', `${name} [${code}]`);
  void error.stack;
  delete error.name;
  error.code = code;
  return error;
}
