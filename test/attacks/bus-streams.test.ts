import '../contract/quiet.ts';
import assert from 'node:assert/strict';
import { attackClass } from './attack-class.ts';
import { OWNED, openBusWorld } from './bus-world.ts';

/** What an attacker would ask of JetStream, with any service's seed. None of it may be answered, and no stream may be another afterwards. */
const world = openBusWorld();
const STREAMS = ['HOOKMINT_EVENTS', 'HOOKMINT_ASSERTIONS', 'HOOKMINT_QUOTAS', 'KV_HOOKMINT_STORAGE'];
const stream = (name: string, more: object): string => JSON.stringify({ name, storage: 'memory', ...more });

const TRIES: Record<string, (of: string) => (readonly [subject: string, text?: string])[]> = {
  read: (of) => [
    [`STREAM.MSG.GET.${of}`, '{"seq":1}'],
    [`DIRECT.GET.${of}.hookmint.demo.token.issued`],
    [`STREAM.SNAPSHOT.${of}`, '{"deliver_subject":"_INBOX_hook-executor.attacker.chunks"}'],
    [`STREAM.INFO.${of}`, '{"subjects_filter":">"}'],
  ],
  purge: (of) => [
    [`STREAM.PURGE.${of}`],
    [`STREAM.MSG.DELETE.${of}`, '{"seq":1}'],
    [`STREAM.DELETE.${of}`],
    [`STREAM.UPDATE.${of}`, stream(of, { max_msgs: 1 })],
  ],
  'make streams': (of) => [
    [`STREAM.CREATE.ATTACK`, stream('ATTACK', { subjects: ['hookmint.*.token.sign'] })],
    [`STREAM.CREATE.ATTACK`, stream('ATTACK', { mirror: { name: of } })],
    [`STREAM.CREATE.ATTACK`, stream('ATTACK', { sources: [{ name: of }] })],
    [
      `STREAM.CREATE.ATTACK`,
      stream('ATTACK', { subjects: ['a.>'], republish: { src: 'a.>', dest: 'hookmint.demo.token.sign' } }),
    ],
    [`STREAM.RESTORE.ATTACK`, `{"config":${stream('ATTACK', { subjects: ['hookmint.*.keys.manage'] })}}`],
  ],
  'make consumers': (of) => [
    [
      `CONSUMER.CREATE.${of}`,
      `{"stream_name":"${of}","config":{"deliver_subject":"hookmint.demo.token.sign","ack_policy":"none"}}`,
    ],
    [
      `CONSUMER.CREATE.${of}.attack`,
      `{"stream_name":"${of}","config":{"name":"attack","durable_name":"attack","ack_policy":"none"},"action":"create"}`,
    ],
    [`CONSUMER.DELETE.${of}.management`],
    [`CONSUMER.PAUSE.${of}.management`, '{"pause_until":"2099-01-01T00:00:00Z"}'],
  ],
};
/** Under which the API is, or might be, heard. */
const PREFIXES = ['$JS.API', '$JS.events.API', '$JS.hub.API', '$SYS.REQ.JSZ', '_R_.a'];
/** What the owner of the seed may ask by its own right. */
const OWN = /^\$JS\.API\.DIRECT\.GET\.HOOKMINT_QUOTAS$/;

for (const user of OWNED) {
  for (const [kind, triesOn] of Object.entries(TRIES)) {
    const attack = attackClass(`${kind} as ${user}`);
    for (const of of STREAMS) {
      attack(of, async () => {
        const before = await world().streams();
        const attacker = world().as(user);
        for (const prefix of PREFIXES) {
          for (const [what, text] of triesOn(of)) {
            const subject = `${prefix}.${what}`;
            if (OWN.test(subject)) continue;
            attacker.publish(subject, text, { reply: `_INBOX_${user}.attacker.api` });
          }
        }
        const answers: string[] = [];
        const subscription = attacker.connection.subscribe(`_INBOX_${user}.attacker.>`, {
          callback: (error, message) => {
            if (error === null && message.headers?.code !== 503) answers.push(message.string());
          },
        });
        for (const [what, text] of triesOn(of)) {
          attacker.publish(`$JS.API.${what}`, text, { reply: `_INBOX_${user}.attacker.api` });
        }
        const after = await world().streams();
        subscription.unsubscribe();
        assert.deepEqual(answers, []);
        assert.equal(after, before);
      });
    }
  }
}
