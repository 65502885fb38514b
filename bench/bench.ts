import { parts } from './rows';

/** `bench.cjs` lists the parts, `bench.cjs PART` measures one and prints its rows as JSON. */
async function bench([name]: readonly string[]): Promise<void> {
  const part = name === undefined ? undefined : parts[name];
  console.log(JSON.stringify(part ? await part() : Object.keys(parts)));
}

void bench(process.argv.slice(2));
