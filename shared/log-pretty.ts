import pretty, { type PrettyStream } from 'pino-pretty';

/** A log destination for a person at a terminal: one line an entry, in colour, errors with their stack. */
export function pinoPretty(): PrettyStream {
  return pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'span_id', singleLine: true });
}
