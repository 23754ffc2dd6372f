import { DirectoryStore } from '../../libs/storage';
import { Life } from '../compat/life';

// Starts on what is there, and tells how, and how much memory the process had at most.

export interface MemoryReport {
  readonly origin: string;
  /** KiB. */
  readonly maxRss: number;
  readonly bytes: number;
}

async function main([database, root]: string[]): Promise<void> {
  const life = await Life.start({
    database: database!,
    store: await DirectoryStore.open({ root: root! }),
  });
  const { origin, bytes } = life.outcome;
  const report: MemoryReport = { origin, bytes, maxRss: process.resourceUsage().maxRSS };
  await life.end();
  process.stdout.write(JSON.stringify(report));
}

void main(process.argv.slice(2));
