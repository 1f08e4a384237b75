// `require` by a name that is only known at run time, and of what is not there: an error that can be caught.
module.exports = function (client, scope, audience, context, cb) {
  const attempt = (name) => {
    try {
      require(name);
      return 'loaded';
    } catch (e) {
      return [e.code, e.message.split('\n')[0]];
    }
  };
  cb(null, { 'https://orders.example.com/required': ['left-pad', './config', 'child_process'].map(attempt) });
};
