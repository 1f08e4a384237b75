// A file system with nothing in it, that cannot be written: each function fails as Node's does there.
const { Readable, Writable } = require('stream');
const { invalidArgType } = require('./errors.js');
const constants = require('./fs/constants.js');

const ERRORS = {
  ENOENT: [-2, 'no such file or directory'],
  EROFS: [-30, 'read-only file system'],
  EBADF: [-9, 'bad file descriptor'],
};

function failure(code, syscall, path, dest) {
  const [errno, text] = ERRORS[code];
  const shown = path === undefined ? '' : dest === undefined ? ` '${path}'` : ` '${path}' -> '${dest}'`;
  const error = new Error(`${code}: ${text}, ${syscall}${shown}`);
  return Object.assign(error, {
    errno,
    code,
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}

function pathOf(value, name = 'path') {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof URL) return require('url').fileURLToPath(value);
  throw invalidArgType(name, 'of type string or an instance of Buffer or URL', value);
}

/** Functions of a path, by their system call: those that read find nothing. */
const READING = {
  access: 'access',
  lstat: 'lstat',
  open: 'open',
  opendir: 'opendir',
  readFile: 'open',
  readdir: 'scandir',
  readlink: 'readlink',
  realpath: 'lstat',
  stat: 'stat',
  statfs: 'statfs',
};
const WRITING = {
  appendFile: 'open',
  chmod: 'chmod',
  chown: 'chown',
  lchown: 'lchown',
  lutimes: 'lutime',
  mkdir: 'mkdir',
  mkdtemp: 'mkdtemp',
  rmdir: 'rmdir',
  rm: 'rm',
  truncate: 'open',
  unlink: 'unlink',
  utimes: 'utime',
  writeFile: 'open',
};
/** Of two paths. */
const MOVING = { copyFile: 'copyfile', cp: 'cp', link: 'link', rename: 'rename', symlink: 'symlink' };
/** Of what was opened. */
const OPENED = [
  'close',
  'fchmod',
  'fchown',
  'fdatasync',
  'fstat',
  'fsync',
  'ftruncate',
  'futimes',
  'read',
  'readv',
  'write',
  'writev',
];
/** Those that are there are not found; nothing else can be made. */
const MISSING = new Set(['chmod', 'chown', 'lchown', 'lutimes', 'rmdir', 'rm', 'truncate', 'unlink', 'utimes']);

const isWriting = (flags) => typeof flags === 'string' && /[wa+]/.test(flags);

/** What each function fails with: `(…args) => error`; throws what Node has against the arguments. */
const FAILURES = {};
for (const [name, syscall] of Object.entries(READING)) {
  FAILURES[name] = (path, flags) => {
    const text = name === 'realpath' ? `${path}` : pathOf(path);
    return failure(name === 'open' && isWriting(flags) ? 'EROFS' : 'ENOENT', syscall, text);
  };
}
for (const [name, syscall] of Object.entries(WRITING)) {
  FAILURES[name] = (path) => {
    const text = pathOf(path, name === 'mkdtemp' ? 'prefix' : 'path');
    return failure(MISSING.has(name) ? 'ENOENT' : 'EROFS', syscall, name === 'mkdtemp' ? `${text}XXXXXX` : text);
  };
}
for (const [name, syscall] of Object.entries(MOVING)) {
  FAILURES[name] = (from, to) => failure('ENOENT', syscall, pathOf(from, 'src'), pathOf(to, 'dest'));
}
for (const name of OPENED) {
  FAILURES[name] = (fd) => {
    if (typeof fd !== 'number') throw invalidArgType('fd', 'of type number', fd);
    return failure('EBADF', name);
  };
}

const isForced = (options) => typeof options === 'object' && options?.force === true;

const fs = {};
const promises = {};
for (const [name, failureOf] of Object.entries(FAILURES)) {
  const named = (suffix, fn) => Object.defineProperty(fn, 'name', { value: name + suffix, configurable: true });
  fs[name] = named('', (...args) => {
    const callback = args.findLast((arg) => typeof arg === 'function');
    if (callback === undefined) throw invalidArgType('cb', 'of type function', args.at(-1));
    const error = failureOf(...args);
    setImmediate(() => callback(name === 'rm' && isForced(args[1]) ? null : error));
  });
  fs[`${name}Sync`] = named('Sync', (...args) => {
    const error = failureOf(...args);
    if (name === 'rm' && isForced(args[1])) return undefined;
    if (/^l?stat$/.test(name) && args[1]?.throwIfNoEntry === false) return undefined;
    throw error;
  });
  if (OPENED.includes(name)) continue;
  promises[name] = named('', async (...args) => {
    const error = failureOf(...args);
    if (name === 'rm' && isForced(args[1])) return undefined;
    throw error;
  });
}
fs.realpath.native = fs.realpath;
fs.realpathSync.native = fs.realpathSync;

/** Two are open as everywhere: loggers write to them, and the console prints it. */
const OUTPUTS = { 1: 'stdout', 2: 'stderr' };
function printTo(fd, data, offset = undefined, length = undefined) {
  const part =
    typeof data === 'string'
      ? data
      : Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray(
          offset ?? 0,
          typeof length === 'number' ? (offset ?? 0) + length : undefined,
        );
  process[OUTPUTS[fd]].write(String(part));
  return Buffer.byteLength(part);
}
const closed = { write: fs.write, writeSync: fs.writeSync };
fs.write = function write(fd, data, ...others) {
  if (!Object.hasOwn(OUTPUTS, fd)) return closed.write(fd, data, ...others);
  const written = printTo(fd, data, ...others);
  return setImmediate(() => others.at(-1)(null, written, data));
};
fs.writeSync = function writeSync(fd, data, ...others) {
  return Object.hasOwn(OUTPUTS, fd) ? printTo(fd, data, ...others) : closed.writeSync(fd, data, ...others);
};

const stream = (Class, flags) => {
  const made = {
    [Class.name]: class extends Class {
      constructor(path, options = undefined) {
        super(typeof options === 'object' ? options : {});
        this.path = pathOf(path);
        const error = FAILURES.open(path, flags);
        setImmediate(() => this.destroy(error));
      }
      _read() {}
      _write(_chunk, _encoding, callback) {
        callback();
      }
    },
  };
  return made[Class.name];
};
const ReadStream = stream(Readable, 'r');
const WriteStream = stream(Writable, 'w');

module.exports = {
  ...fs,
  promises: { ...promises, constants },
  constants,
  ...Object.fromEntries(['F_OK', 'R_OK', 'W_OK', 'X_OK'].map((name) => [name, constants[name]])),
  exists: (_path, callback) => void setImmediate(() => callback(false)),
  existsSync: () => false,
  createReadStream: (path, options = undefined) => new ReadStream(path, options),
  createWriteStream: (path, options = undefined) => new WriteStream(path, options),
  ReadStream,
  WriteStream,
  FileReadStream: ReadStream,
  FileWriteStream: WriteStream,
  Stats: class Stats {},
  Dirent: class Dirent {},
  Dir: class Dir {},
  watch(path) {
    throw failure('ENOENT', 'watch', pathOf(path, 'filename'));
  },
  watchFile: () => undefined,
  unwatchFile: () => undefined,
};
