// One of several processes that work on one store. Usage: racer.child.ts <address of the store as JSON> <name> <counter>
import { createInterface } from 'node:readline';
import { isStoreError, type ObjectStore, readBody } from '../../libs/storage';
import { openAddress } from './store-address';

async function create(store: ObjectStore, racer: string, key: string): Promise<string> {
  try {
    await store.put(key, Buffer.from(racer), { mode: 'create', time: 1_700_000_000_000 });
    return 'won';
  } catch (error) {
    if (isStoreError(error, 'AlreadyExists')) return 'lost';
    throw error;
  }
}

/** Adds one so many times, by compare-and-swap; the text of the body names the value, its metadata too. */
async function count(store: ObjectStore, counter: string, times: number): Promise<string> {
  let refused = 0;
  for (let done = 0; done < times;) {
    const object = await store.get(counter);
    const value = Number(String(await readBody(object, 100)));
    if (object.metadata['value'] !== `${value}`) throw new Error('metadata of another version');
    const next = `${value + 1}`;
    try {
      const mode = { ifMatch: object.tag };
      await store.put(counter, Buffer.from(next), { mode, metadata: { value: next } });
      done++;
    } catch (error) {
      if (!isStoreError(error, 'PreconditionFailed')) throw error;
      refused++;
    }
  }
  return `counted, refused ${refused}`;
}

async function main(address: string, racer: string, counter: string): Promise<void> {
  const store = await openAddress(JSON.parse(address));
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument = ''] = line.split(' ');
    if (command === 'create') console.log(`${argument} ${await create(store, racer, argument)}`);
    if (command === 'count') console.log(await count(store, counter, Number(argument)));
  }
}

void main(process.argv[2]!, process.argv[3]!, process.argv[4]!);
