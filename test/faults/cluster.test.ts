import { cluster } from './groups/cluster.ts';
import { testGroup } from './test-group.ts';

testGroup(cluster);
