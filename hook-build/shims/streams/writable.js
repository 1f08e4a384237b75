module.exports = require('../stream.js').Writable;
