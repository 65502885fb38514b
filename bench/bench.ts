import { loopOverhead } from './loop';
import { shellRoundTrip } from './shell';

const shell = await shellRoundTrip();
const loop = await loopOverhead();
console.log(JSON.stringify({ shell, loop }));
