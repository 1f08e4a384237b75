// Started behind a wall in a sandbox process's place: makes the system calls that it is told, as native code would that got out of V8.
import { ownChannel } from '../../shared/process-wall/channel.ts';
import { SEALED, sealIfWalled } from '../../shared/process-wall/seal.ts';
import { prepareAttempts, type Attempt } from './native-calls.ts';

export type Task = { seal: boolean; attempts: Attempt[] };

const channel = ownChannel();
channel.onMessage((message) => {
  const task = message as Task;
  void (async () => {
    if (!task.seal) process.argv = process.argv.filter((arg) => arg !== SEALED);
    const attempt = prepareAttempts(task.attempts);
    await sealIfWalled();
    channel.send(attempt(), () => process.exit(0));
  })();
});
