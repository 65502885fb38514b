import { endpointCost } from './endpoint';
import { shellFlood } from './flood';
import { loopOverhead } from './loop';
import { shellRoundTrip } from './shell';

async function bench(): Promise<void> {
  if (process.argv[2] === 'flood') {
    console.log(JSON.stringify(await shellFlood()));
    return;
  }
  // First: it measures what is loaded when it is first needed.
  const endpoint = await endpointCost();
  console.log(JSON.stringify({ endpoint, shell: await shellRoundTrip(), loop: await loopOverhead() }));
}

void bench();
