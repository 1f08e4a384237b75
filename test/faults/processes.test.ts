import { processes } from './groups/processes.ts';
import { testGroup } from './test-group.ts';

testGroup(processes);
