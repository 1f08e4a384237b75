// Started in the place of a program behind a wall: gives up, before that has a thread or has read anything, all files but those that it may
// reach, and becomes it.
import { openNative } from './native.ts';

const [files = '', ...program] = process.argv.slice(2);
const { readable, writable } = JSON.parse(files) as { readable: string[]; writable: string[] };
(await openNative()).confine(readable, writable);
process.execve?.(process.execPath, [process.execPath, ...program]);
