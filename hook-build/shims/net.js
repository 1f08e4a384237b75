const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const GROUP = /^[\da-f]{1,4}$/i;
const ZONE = /%[\da-z.:-]+$/i;

/** RFC 4291 section 2.2, with a zone at the end. */
function isIPv6(value) {
  const text = `${value}`.replace(ZONE, '');
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  // The last two may be written as an IPv4 address.
  const last = groups.at(-1) ?? '';
  const size = groups.length + (last.includes('.') ? 1 : 0);
  if (last.includes('.') && (!IPV4.test(groups.pop() ?? '') || text.endsWith(':'))) return false;
  return groups.every((group) => GROUP.test(group)) && (halves.length === 2 ? size < 8 : size === 8);
}

const isIPv4 = (value) => IPV4.test(`${value}`);
const isIP = (value) => (isIPv4(value) ? 4 : isIPv6(value) ? 6 : 0);

module.exports = Object.assign(
  require('./unavailable.js')('net', 'net', 'a hook reaches the network by fetch, http and https'),
  { isIP, isIPv4, isIPv6 },
);
