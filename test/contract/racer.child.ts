// One of several processes that work on one folder. Usage: racer.child.ts <root> <name>
import { createInterface } from 'node:readline';
import { DirectoryStore, isStoreError, type ObjectStore, readBody } from '../../libs/storage';

const COUNTER = 'counter';

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
async function count(store: ObjectStore, times: number): Promise<string> {
  let refused = 0;
  for (let done = 0; done < times;) {
    const object = await store.get(COUNTER);
    const value = Number(String(await readBody(object, 100)));
    if (object.metadata['value'] !== `${value}`) throw new Error('metadata of another version');
    const next = `${value + 1}`;
    try {
      const mode = { ifMatch: object.tag };
      await store.put(COUNTER, Buffer.from(next), { mode, metadata: { value: next } });
      done++;
    } catch (error) {
      if (!isStoreError(error, 'PreconditionFailed')) throw error;
      refused++;
    }
  }
  return `counted, refused ${refused}`;
}

async function main(root: string, racer: string): Promise<void> {
  const store = await DirectoryStore.open({ root });
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument = ''] = line.split(' ');
    if (command === 'create') console.log(`${argument} ${await create(store, racer, argument)}`);
    if (command === 'count') console.log(await count(store, Number(argument)));
  }
}

void main(process.argv[2]!, process.argv[3]!);
