import { dialectCost } from './dialect';
import { endpointCost } from './endpoint';
import { loopOverhead } from './loop';
import { shellRoundTrip } from './shell';
import { sqlCost } from './sql';

async function bench(): Promise<void> {
  // First: it measures what is loaded when it is first needed.
  const endpoint = await endpointCost();
  const [shell, loop, sql] = [await shellRoundTrip(), await loopOverhead(), await sqlCost()];
  console.log(JSON.stringify({ endpoint, shell, loop, sql, dialect: dialectCost() }));
}

void bench();
