import { clock } from './groups/clock.ts';
import { testGroup } from './test-group.ts';

testGroup(clock);
