const path = require('path-browserify');

path.posix = path;
path.toNamespacedPath ??= (value) => value;

module.exports = path;
