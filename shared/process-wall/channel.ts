import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { holdsMoreValuesThan } from '../json-values.ts';

/** Where a walled process finds its channel. */
const CHANNEL_DESCRIPTOR = 3;

/** A message is JSON on one line. */
const MAX_MESSAGE_CHARACTERS = 64 * 1_048_576;

/** Twice what a sandbox process puts into a message, see services/hook-executor/sandbox/messages.ts. */
const MAX_MESSAGE_VALUES = 200_000;

/** More than so much that the other side has not taken yet: it does not read what it asked for. */
const MAX_UNREAD_BYTES = 256 * 1_048_576;

/** Longest time for which what came over one channel is worked on before everything else has a turn. */
const MAX_TURN_MS = 5;

/**
 * A channel for messages between a walled process and the one that started it. Not Node's IPC: there, a line that is not JSON or a
 * message of Node's own kind ends the process that receives it.
 */
export type Channel = {
  /** @param sent Called when it was written, or cannot be. */
  send(message: object, sent?: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when no more can come: the other side has ended, or sent what is not a message (then with an error). */
  onEnd(listener: (garbage?: Error) => void): void;
  close(): void;
};

/** @param maxCharacters Of one message that is received; a longer one is garbage. */
export function channelOver(stream: Duplex, maxCharacters = MAX_MESSAGE_CHARACTERS): Channel {
  let onMessage: (message: unknown) => void = () => undefined;
  let onEnd: (garbage?: Error) => void = () => undefined;
  let parts: string[] = [];
  let characters = 0;
  let ended = false;
  let turnSinceMs: number | undefined;

  /** Others are served too, however much is sent. */
  function takeTurns(): void {
    const nowMs = performance.now();
    if (turnSinceMs === undefined) {
      turnSinceMs = nowMs;
      setImmediate(() => {
        turnSinceMs = undefined;
        if (!ended) stream.resume();
      });
    }
    if (nowMs - turnSinceMs > MAX_TURN_MS) stream.pause();
  }

  function end(garbage?: Error): void {
    if (ended) return;
    ended = true;
    parts = [];
    stream.destroy();
    onEnd(garbage);
  }

  function receive(text: string): void {
    takeTurns();
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      parts.push(text.slice(from, to));
      const line = parts.join('');
      [parts, characters, from] = [[], 0, to + 1];
      if (holdsMoreValuesThan(MAX_MESSAGE_VALUES, line)) {
        end(new Error('a message has too many values'));
        return;
      }
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch (error) {
        end(error as Error);
        return;
      }
      onMessage(message);
      if (ended) return;
    }
    parts.push(text.slice(from));
    characters += text.length - from;
    if (characters > maxCharacters) end(new Error('a message is too long'));
    else takeTurns();
  }

  stream.setEncoding('utf8');
  stream.on('close', () => end());
  // A broken channel counts as closed: the other end is gone.
  stream.on('error', () => undefined);

  return {
    send: (message, sent) => {
      if (stream.writableLength > MAX_UNREAD_BYTES) end(new Error('messages are not read'));
      stream.write(`${JSON.stringify(message)}\n`, sent);
    },
    onMessage: (listener) => {
      onMessage = listener;
      stream.on('data', receive);
    },
    onEnd: (listener) => {
      onEnd = listener;
      if (ended) listener();
    },
    close: () => stream.destroy(),
  };
}

/** The channel of this process to the one that started it. To open it takes the right to use the network, which is given up for good. */
export function ownChannel(): Channel {
  const socket = new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true });
  process.permission.drop('net');
  return channelOver(socket);
}
