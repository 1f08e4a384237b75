// Memoises with a function of the module, in ES5, and refreshes what it has in the background after its answer.
var roles;

function refresh(url) {
  return fetch(url + '/users')
    .then(function (response) {
      return response.json();
    })
    .then(function (body) {
      roles = body.roles;
    });
}

module.exports = function (client, scope, audience, context, cb) {
  var url = context.webtask.secrets.API_URL;
  var answer = function () {
    cb(null, { 'https://orders.example.com/roles': roles });
    refresh(url);
  };
  if (roles) return answer();
  refresh(url).then(answer, cb);
};
