import { disk } from './groups/disk.ts';
import { testGroup } from './test-group.ts';

testGroup(disk);
