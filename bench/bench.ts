import { endpointCost } from './endpoint';
import { evaluationSpeed } from './evaluation';
import { loopOverhead } from './loop';
import { shellRoundTrip } from './shell';

async function bench(): Promise<void> {
  // First: it measures what is loaded when it is first needed.
  const endpoint = await endpointCost();
  console.log(
    JSON.stringify({
      endpoint,
      shell: await shellRoundTrip(),
      loop: await loopOverhead(),
      evaluation: await evaluationSpeed(),
    }),
  );
}

void bench();
