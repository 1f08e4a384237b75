// Classes: private fields and methods, static blocks, accessors, inheritance, `super`, `#x in`.
class Claims {
  static namespace;
  static #made = 0;
  static {
    this.namespace = 'https://orders.example.com/';
  }
  #claims = new Map();
  static isClaims = (value) => typeof value === 'object' && #claims in value;

  constructor() {
    Claims.#made = 1;
  }
  set(name, value) {
    this.#claims.set(this.#key(name), value);
    return this;
  }
  #key(name) {
    return `${Claims.namespace}${name}`;
  }
  get size() {
    return this.#claims.size;
  }
  toJSON() {
    return Object.fromEntries(this.#claims);
  }
  static get made() {
    return Claims.#made;
  }
}

class ScopedClaims extends Claims {
  scope = ['read:orders'];
  toJSON() {
    return { scope: this.scope, ...super.toJSON() };
  }
}

module.exports = (client, scope, audience, context, cb) => {
  const claims = new ScopedClaims().set('client', client.name).set('known', Claims.isClaims({}));
  cb(null, claims.set('size', [claims.size, Claims.made, Claims.isClaims(claims)]));
};
