import './quiet.ts';
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { readConfigurationFrom } from '../../services/gateway/configuration-cache.ts';
import { Client } from '../../shared/domain/client.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { startStore } from './store-fixtures.ts';

const clientOf = (client_id: string): Client =>
  Client.parse({
    client_id,
    name: 'A client',
    client_secrets: [],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    client_metadata: {},
  });

describe('a connection to the store that is closed just when a read needs it', () => {
  it('is a store that is away: what is known is used, and what is not is answered 503', async () => {
    const sockets: Socket[] = [];
    const collect = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', collect);
    const own = await startStore();
    try {
      const database = await own.emptyDatabase();
      const configuration = readConfigurationFrom(database);
      const known = ['a', 'b', 'c', 'd'].map(clientOf);
      for (const client of known) await clientsIn(database).put(client);
      for (const { client_id } of known) assert.ok(await configuration.client(client_id));

      // The driver hands on what Node says of a write to a connection whose end was read and which is not closed yet.
      const open = sockets.filter(({ destroyed }) => !destroyed);
      assert.ok(open.length > 0 && open.length <= known.length);
      const readings = open.map(
        (socket, index) =>
          new Promise<PromiseSettledResult<Client | undefined>[]>((resolve) => {
            const ask = (): void => {
              socket.off('end', ask).off('close', ask);
              configuration.changed(undefined);
              const asked = [known[index]?.client_id ?? '', `unknown-${String(index)}`];
              resolve(Promise.allSettled(asked.map((id) => configuration.client(id))));
            };
            socket.prependOnceListener('end', ask);
            // One that is reset has no end.
            socket.prependOnceListener('close', ask);
          }),
      );
      own.server.process.kill('SIGKILL');
      for (const [index, [ofKnown, ofUnknown]] of (await Promise.all(readings)).entries()) {
        assert.deepEqual(ofKnown, { status: 'fulfilled', value: known[index] });
        assert.ok(ofUnknown?.status === 'rejected' && ofUnknown.reason instanceof OAuthError);
        assert.equal(ofUnknown.reason.status, 503);
      }
    } finally {
      unsubscribe('net.client.socket', collect);
      await own.stop();
    }
  });
});

describe('a store that did not answer for a moment', () => {
  it('is read again as soon as a change is announced', async () => {
    const own = await startStore();
    try {
      const database = await own.emptyDatabase();
      const configuration = readConfigurationFrom(database);
      await clientsIn(database).put(clientOf('a'));
      assert.ok(await configuration.client('a'));

      own.server.process.kill('SIGSTOP');
      configuration.changed(undefined);
      assert.ok(await configuration.client('a'), 'what is known is used meanwhile');
      own.server.process.kill('SIGCONT');

      await clientsIn(database).remove('a');
      configuration.changed(undefined);
      assert.equal(await configuration.client('a'), undefined);
    } finally {
      await own.stop();
    }
  });
});
