// Started behind a wall to find out whether it stands; ends with 0 if it does.
import { sealIfWalled } from './seal.ts';

try {
  await sealIfWalled();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
}
