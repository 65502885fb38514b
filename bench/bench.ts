import { endpointCost } from './endpoint';
import { loopOverhead } from './loop';
import { reviewCost, sandboxCosts } from './sandbox';
import { shellRoundTrip } from './shell';

async function bench(): Promise<void> {
  // First: it measures what is loaded when it is first needed.
  const endpoint = await endpointCost();
  const [shell, loop] = [await shellRoundTrip(), await loopOverhead()];
  console.log(JSON.stringify({ endpoint, shell, loop, sandboxes: await sandboxCosts(), review: await reviewCost() }));
}

void bench();
