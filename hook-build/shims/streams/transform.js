module.exports = require('../stream.js').Transform;
