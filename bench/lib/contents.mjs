import { fromRoot } from './product.mjs';

/** What tells the state of a sample database (`sample.child.mjs`) from those before it. */
export function contents(file) {
  const Database = fromRoot('better-sqlite3');
  const database = new Database(file, { readonly: true });
  const sums = database
    .prepare(
      `SELECT (SELECT count(*) FROM visit) AS visits, (SELECT sum(at) FROM visit) AS visited,
              (SELECT sum(changed) FROM lesson) AS changed, (SELECT sum(rating) FROM lesson) AS rated`,
    )
    .get();
  database.close();
  return JSON.stringify(sums);
}
