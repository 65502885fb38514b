import { loopOverhead } from './loop';
import { shellRoundTrip } from './shell';

async function bench(): Promise<void> {
  console.log(JSON.stringify({ shell: await shellRoundTrip(), loop: await loopOverhead() }));
}

void bench();
