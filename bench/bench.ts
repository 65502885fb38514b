import { datasetRates } from './dataset';
import { endpointCost } from './endpoint';
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
      dataset: await datasetRates(),
    }),
  );
}

void bench();
