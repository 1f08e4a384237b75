// Written as a module with `export default` and `import`.
import { createHash } from 'crypto';

const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8);

export default async function (client, scope, audience, context, cb) {
  cb(null, { scope, 'https://orders.example.com/digest': digest(audience) });
}
