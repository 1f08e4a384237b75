// A process on a platform that refuses filters of system calls, as an old kernel does: says what becomes of each setting.
import { openNative } from '../../shared/process-wall/native.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';

const ENOSYS = 38;
const native = await openNative();
native.filter([{ syscall: 'seccomp', refuse: ENOSYS }], 'allow', false);
const auto = await chooseWall('auto');
const required = await chooseWall('require').then(
  ({ name }) => name,
  (error: unknown) => (error as { code?: string }).code,
);
process.stdout.write(JSON.stringify({ auto: auto.name, reasons: auto.reasons.length, required }));
