module.exports = require('./dns.js').promises;
