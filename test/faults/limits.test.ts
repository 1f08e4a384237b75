import { limits } from './groups/limits.ts';
import { testGroup } from './test-group.ts';

testGroup(limits);
