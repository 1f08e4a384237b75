// Paths as Windows has them: a drive or a server's share, then names between slashes of either kind.
const isSlash = (char) => char === '/' || char === '\\';
const SHARE = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/;
const DRIVE = /^[A-Za-z]:/;

/** `{ device, isAbsolute, rest }`: the device is `C:` or `\\server\share`. */
function split(path) {
  const share = SHARE.exec(path);
  if (share !== null)
    return {
      device: `\\\\${share[1]}\\${share[2]}`,
      isAbsolute: true,
      rest: path.slice(share[0].length),
      isShare: true,
    };
  const device = DRIVE.exec(path)?.[0] ?? '';
  const rest = path.slice(device.length);
  return { device, isAbsolute: isSlash(rest[0]), rest, isShare: false };
}

/** As `split`, but `\\.` and `\\?` are devices of their own, and no servers. */
function splitDevice(path) {
  const parts = split(path);
  return parts.isShare && /[.?]/.test(path[2]) && isSlash(path[3])
    ? { ...parts, device: `\\\\${path[2]}`, rest: path.slice(3) }
    : parts;
}

function names(rest, isAbsolute) {
  const kept = [];
  for (const name of rest.split(/[\\/]+/)) {
    if (name === '' || name === '.') continue;
    if (name !== '..') kept.push(name);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isAbsolute) kept.push(name);
  }
  return kept.join('\\');
}

function normalize(path) {
  if (path === '') return '.';
  const { device, isAbsolute, rest, isShare } = splitDevice(path);
  let tail = names(rest, isAbsolute);
  if (tail === '' && !isAbsolute) tail = '.';
  if (tail !== '' && isSlash(path.at(-1)) && rest !== '') tail += '\\';
  // What is relative never becomes a path of a drive.
  if (device === '' && !isAbsolute && (DRIVE.test(tail) || /:(?:[\\/]|$)/.test(path))) return `.\\${tail}`;
  if (device === '') return isAbsolute ? `\\${tail}` : tail;
  if (isShare) return `${device}\\${tail}`;
  return isAbsolute ? `${device}\\${tail}` : device + tail;
}

function join(...paths) {
  const given = paths.filter((path) => path !== '');
  if (given.length === 0) return '.';
  let joined = given.join('\\');
  // Two slashes at the beginning make a share only if the first path has them itself.
  const first = given[0];
  const isShare =
    isSlash(first[0]) && first.length > 1 && isSlash(first[1]) && (first.length < 3 || !isSlash(first[2]));
  if (!(isShare && first.length > 2)) joined = joined.replace(/^[\\/]{2,}/, '\\');
  return normalize(joined);
}

function resolve(...paths) {
  let [device, tail, isAbsolute] = ['', '', false];
  for (const path of [...paths].reverse()) {
    if (path === '') continue;
    const parts = splitDevice(path);
    if (parts.device !== '') {
      if (device !== '' && parts.device.toLowerCase() !== device.toLowerCase()) continue;
      device ||= parts.device;
    }
    if (!isAbsolute) {
      tail = `${parts.rest}\\${tail}`;
      isAbsolute = parts.isAbsolute;
    }
    if (isAbsolute && device !== '') break;
  }
  const rest = names(tail, true);
  return isAbsolute || device === '' ? `${device}\\${rest}` : `${device}\\${rest}`;
}

const isAbsolute = (path) => {
  if (path === '') return false;
  return isSlash(path[0]) || (DRIVE.test(path) && isSlash(path[2]));
};

function relative(from, to) {
  if (from === to) return '';
  const [a, b] = [resolve(from), resolve(to)];
  if (a.toLowerCase() === b.toLowerCase()) return '';
  const [own, other] = [a, b].map((path) => path.split('\\').filter((name) => name !== ''));
  let same = 0;
  while (same < own.length && same < other.length && own[same].toLowerCase() === other[same].toLowerCase()) same++;
  if (same === 0) return b;
  return [...own.slice(same).map(() => '..'), ...other.slice(same)].join('\\');
}

function parse(path) {
  const parsed = { root: '', dir: '', base: '', ext: '', name: '' };
  const { isAbsolute: isRooted, rest } = split(path);
  const length = path.length - rest.length;
  parsed.root = path.slice(0, length + (isRooted && rest !== '' ? 1 : 0));
  const trimmed = path.slice(parsed.root.length).replace(/[\\/]+$/, '');
  const at = Math.max(trimmed.lastIndexOf('\\'), trimmed.lastIndexOf('/'));
  parsed.base = trimmed.slice(at + 1);
  parsed.dir = at < 0 ? parsed.root : parsed.root + trimmed.slice(0, at);
  const dot = parsed.base.lastIndexOf('.');
  const hasExt = dot > 0 && !(parsed.base === '..');
  parsed.ext = hasExt ? parsed.base.slice(dot) : '';
  parsed.name = hasExt ? parsed.base.slice(0, dot) : parsed.base;
  return parsed;
}

function dirname(path) {
  if (path === '') return '.';
  return parse(path).dir || '.';
}

function basename(path, /** @type {any} */ suffix = undefined) {
  const { rest } = split(DRIVE.test(path) ? path : `x${path}`);
  const name = (DRIVE.test(path) ? rest : path)
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1);
  return suffix !== undefined && suffix !== name && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

const extname = (path) => {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 && name !== '..' ? name.slice(dot) : '';
};

function format({ root = '', dir = root, base = undefined, name = '', ext = '' }) {
  const file = base || `${name}${ext}`;
  if (!dir) return file;
  return dir === root ? `${dir}${file}` : `${dir}\\${file}`;
}

function toNamespacedPath(path) {
  if (typeof path !== 'string' || path === '') return path;
  const resolved = resolve(path);
  if (SHARE.test(resolved) && !/^\\\\[?.]/.test(resolved)) return `\\\\?\\UNC\\${resolved.slice(2)}`;
  return /^[A-Za-z]:\\/.test(resolved) ? `\\\\?\\${resolved}` : path;
}

module.exports = {
  sep: '\\',
  delimiter: ';',
  basename,
  dirname,
  extname,
  format,
  isAbsolute,
  join,
  normalize,
  parse,
  relative,
  resolve,
  toNamespacedPath,
};
