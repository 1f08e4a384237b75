// Says which wall stands where one is required.
import { chooseWall } from '../../shared/process-wall/wall.ts';

process.stdout.write((await chooseWall('require')).name);
