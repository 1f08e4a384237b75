const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

function isIPv6(value) {
  const text = String(value).replace(/%.*$/, '');
  if (!text.includes(':')) return false;
  try {
    new URL(`http://[${text}]/`);
    return true;
  } catch {
    return false;
  }
}

const isIPv4 = (value) => IPV4.test(String(value));
const isIP = (value) => (isIPv4(value) ? 4 : isIPv6(value) ? 6 : 0);

module.exports = Object.assign(require('./unavailable.js')('net'), { isIP, isIPv4, isIPv6 });
