import { network } from './groups/network.ts';
import { testGroup } from './test-group.ts';

testGroup(network);
