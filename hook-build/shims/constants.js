module.exports = { ...require('constants-browserify'), ...require('./os.js').constants.signals };
