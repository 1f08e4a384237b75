// A synchronous throw, even of an InvalidScopeError, is no denial.
module.exports = function (client, scope) {
  if (scope.length > 0) throw new InvalidScopeError('never told');
};
