import { startApp } from '../lib/app.mjs';
import { answer } from '../lib/child.mjs';
import { room } from '../lib/product.mjs';

const COMMITS = 20;

/** Takes a database into a replica below `store`, adds a few commits, and ends cleanly. */
answer(async ({ database, store }) => {
  const { directory } = room('persistence');
  const begun = performance.now();
  const { app, dataSource, sync } = await startApp({
    database,
    storage: directory({ path: store }),
  });
  const snapshotMs = performance.now() - begun;
  const notes = dataSource.getRepository('Note');
  for (let i = 0; i < COMMITS; i++) {
    await notes.insert({ author: i, text: 'after the snapshot', created: i });
    await sync.flush();
  }
  await app.close();
  return { snapshotMs };
});
