module.exports = require('./http/client.js')('http:');
