// path-browserify is Node's own for POSIX; of Windows' there is what pathToFileURL and its like need of it.
const posix = require('path-browserify');
const { requireString } = require('./errors.js');
const win32 = require('./path/win32.js');

/** As Node checks what it is given. */
const CHECKED = {
  basename: ['path', 'suffix'],
  dirname: ['path'],
  extname: ['path'],
  isAbsolute: ['path'],
  normalize: ['path'],
  parse: ['path'],
  relative: ['from', 'to'],
};

function checked(module) {
  for (const [name, names] of Object.entries(CHECKED)) {
    const original = module[name];
    module[name] = {
      [name](...args) {
        names.forEach((argument, i) => {
          if (i === 0 || args[i] !== undefined || name === 'relative') requireString(argument, args[i]);
        });
        return original.apply(module, args);
      },
    }[name];
  }
  for (const name of ['join', 'resolve']) {
    const original = module[name];
    module[name] = {
      [name](...args) {
        args.forEach((argument, i) => requireString(name === 'join' ? 'path' : `paths[${i}]`, argument));
        return original.apply(module, args);
      },
    }[name];
  }
  const { format } = module;
  module.format = (pathObject) => {
    if (typeof pathObject !== 'object' || pathObject === null)
      throw require('./errors.js').invalidArgType('pathObject', 'of type object', pathObject);
    const { ext } = pathObject;
    return format.call(
      module,
      typeof ext === 'string' && ext !== '' && !ext.startsWith('.') ? { ...pathObject, ext: `.${ext}` } : pathObject,
    );
  };
  module.toNamespacedPath ??= (value) => value;
  return module;
}

module.exports = checked(posix);
checked(win32);
posix.posix = posix;
posix.win32 = win32;
win32.posix = posix;
win32.win32 = win32;
