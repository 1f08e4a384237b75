import { replicaSet } from './groups/replica-set.ts';
import { testGroup } from './test-group.ts';

testGroup(replicaSet);
