import type { MsgHdrs } from '@nats-io/transport-node';

/**
 * True for a message that the server took out of a stream for somebody and sent where they said. Whoever may read a stream can
 * have its messages sent to any subject, past the permissions to publish there; the server marks them.
 */
export function isFromStream(message: { headers?: MsgHdrs | undefined }): boolean {
  return message.headers?.has('Nats-Stream') === true;
}
