// Small modules that hooks had without declaring them.
const qs = require('qs');
const semver = require('semver');
const R = require('ramda');
const validator = require('validator');
const jwtDecode = require('jwt-decode');
const xml2js = require('xml2js');
const CryptoJS = require('crypto-js');
const underscore = require('underscore');

module.exports = function (client, scope, audience, context, cb) {
  xml2js.parseString('<a><b>1</b></a>', function (error, xml) {
    if (error) return cb(error);
    cb(null, {
      'https://orders.example.com/small': [
        qs.stringify({ a: [1] }),
        semver.satisfies('1.2.3', '^1.0.0'),
        R.map(R.multiply(2), [1, 2]),
        validator.isEmail('a@example.com'),
        jwtDecode('e30.eyJzdWIiOiJ1c2VyfDcifQ.x').sub,
        xml,
        CryptoJS.MD5('a').toString(),
        underscore.max([1, 3, 2]),
      ],
    });
  });
};
