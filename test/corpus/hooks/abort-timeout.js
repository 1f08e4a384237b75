// AbortController with a timer of its own, and AbortSignal.timeout, around a fetch that takes too long.
module.exports = async (client, scope, audience, context, cb) => {
  const slow = `${context.webtask.secrets.API_URL}/slow`;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 30);
  const first = await fetch(slow, { signal: controller.signal }).catch((e) => [e.name, controller.signal.aborted]);
  clearTimeout(timer);
  const second = await fetch(slow, { signal: AbortSignal.timeout(30) }).catch((e) => e.name);
  const third = await Promise.race([
    fetch(slow).then(() => 'answered'),
    new Promise((resolve) => setTimeout(resolve, 30, 'gave up')),
  ]);
  cb(null, { scope, 'https://orders.example.com/aborted': [first, second, third] });
};
