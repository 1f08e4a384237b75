// Action: a class for the rules.
class Policy {
  #plan;
  static WEIGHTS = { free: 1, full: 4 };

  constructor({ plan = 'free' }) {
    this.#plan = plan;
  }

  get weight() {
    return Policy.WEIGHTS[this.#plan];
  }

  allows(area) {
    return area !== 'billing' || this.weight > 2;
  }
}

exports.onExecuteCredentialsExchange = async (event, api) => {
  const policy = new Policy(event.client.metadata);
  if (!policy.allows('orders')) return api.access.deny('invalid_scope');
  api.accessToken.setCustomClaim('https://orders.example.com/weight', policy.weight);
};
