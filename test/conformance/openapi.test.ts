import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ERROR_CODES } from '../../services/management/api/error-codes.ts';
import { ROUTES } from '../../services/management/routes.ts';
import { OAUTH_ERROR_CODES } from '../../shared/oauth-error.ts';
import { withStack } from '../support/with-stack.ts';

type Operation = {
  operationId: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
};
type Document = {
  openapi: string;
  info: { version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { properties: Record<string, { enum?: string[] }> }>;
    securitySchemes: { token: { flows: { clientCredentials: { tokenUrl: string; scopes: Record<string, string> } } } };
  };
};

const GATEWAYS = [
  'post /oauth/introspect',
  'post /oauth/revoke',
  'post /oauth/token',
  'get /.well-known/oauth-authorization-server',
  'get /.well-known/openid-configuration',
  'get /.well-known/jwks.json',
  'get /authorize',
  'get /pem',
  'get /cer',
  'get /healthz',
  'get /readyz',
  'get /openapi.json',
];

let document: Document;
const stack = withStack({ hook: null }, async (started) => {
  const response = await fetch(`${started.url}/openapi.json`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'public, max-age=300');
  document = (await response.json()) as Document;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe('/openapi.json', () => {
  it('is of the version that runs', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    assert.equal(document.info.version, (JSON.parse(text) as { version: string }).version);
  });

  it('is served to everybody, and names the origin and where tokens come from', () => {
    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.deepEqual(document.servers, [{ url: stack().url }]);
    assert.equal(
      document.components.securitySchemes.token.flows.clientCredentials.tokenUrl,
      `${stack().url}/oauth/token`,
    );
  });

  it('has every operation of the API and the gateway, and no other', () => {
    const expected = [...GATEWAYS, ...ROUTES.map(({ method, path }) => `${method} /api/v2${path}`)].sort();
    assert.deepEqual(
      operations()
        .map(({ path, method }) => `${method} ${path}`)
        .sort(),
      expected,
    );
  });

  it('gives each operation an id of its own, and each parameter in a path its description', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    for (const { path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const described = (operation.parameters ?? []).filter(({ in: place }) => place === 'path');
      assert.deepEqual(described.map(({ name }) => name).sort(), named, path);
      assert.ok(
        described.every(({ required }) => required === true),
        path,
      );
    }
  });

  it('says which scopes suffice for each operation', () => {
    const { scopes } = document.components.securitySchemes.token.flows.clientCredentials;
    for (const { method, path, scopes: needed, everyScope } of ROUTES) {
      const operation = document.paths[`/api/v2${path}`]?.[method];
      const expected = everyScope === true ? [{ token: needed }] : needed.map((scope) => ({ token: [scope] }));
      assert.deepEqual(operation?.security, expected, path);
      for (const scope of needed) assert.ok(scope in scopes, scope);
    }
  });

  it('lists every code that an error may have', () => {
    const { Error: api, OAuthError: oauth } = document.components.schemas;
    assert.deepEqual(api?.properties.errorCode?.enum, Object.keys(ERROR_CODES));
    assert.deepEqual(oauth?.properties.error?.enum, [...OAUTH_ERROR_CODES]);
    for (const { path, operation } of operations()) {
      if (!path.startsWith('/api/v2')) continue;
      for (const status of ['400', '401', '403', '429', '500', '503']) {
        assert.deepEqual(operation.responses[status]?.content?.['application/json']?.schema, {
          $ref: '#/components/schemas/Error',
        });
      }
    }
  });

  it('refers to nothing that is not in it', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference);
    assert.ok(references.length > 100);
    for (const reference of references) {
      assert.ok(reference.startsWith('#/'), reference);
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((within, name) => (within as Record<string, unknown> | undefined)?.[name], document);
      assert.notEqual(found, undefined, reference);
    }
  });

  it('takes a token request as a form and as JSON', () => {
    const body = document.paths['/oauth/token']?.post?.requestBody;
    assert.deepEqual(Object.keys(body?.content ?? {}), ['application/x-www-form-urlencoded', 'application/json']);
  });
});
