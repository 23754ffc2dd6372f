import { assemble, type Platform, type PlatformRows } from '../model/platform';
import { Connection } from './connection';

const PAGE = 500;
const CONNECTIONS = 8;
const MAX_PAGES = 1_000;

interface Page<Row> {
  readonly items: readonly Row[];
  readonly total: number;
}

type Rows<Kind extends keyof PlatformRows> = PlatformRows[Kind];
type CourseWithLessons = Rows<'courses'>[number] & { readonly lessons: Rows<'lessons'> };

/** Everything that the app gives out, by HTTP. Nobody may write meanwhile. Rejects on any answer but 200. */
export async function readBack(url: string): Promise<Platform> {
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(url));
  try {
    const [first] = connections;
    const users = await readList<Rows<'users'>[number]>(first!, '/users');
    const titles = await readList<Rows<'courses'>[number]>(first!, '/courses');
    const courses = await each(connections, titles, (connection, { id }) =>
      read<CourseWithLessons>(connection, `/courses/${id}`),
    );
    const enrolments = await each(connections, users, (connection, { id }) =>
      readList<Rows<'enrolments'>[number]>(connection, `/users/${id}/enrolments`),
    );
    const progress = await each(connections, users, (connection, { id }) =>
      readList<Rows<'progress'>[number]>(connection, `/users/${id}/progress`),
    );
    return assemble({
      users,
      courses,
      lessons: courses.flatMap((course) => course.lessons),
      enrolments: enrolments.flat(),
      progress: progress.flat(),
    });
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function readList<Row>(connection: Connection, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = `?page=${page}&limit=${PAGE}`;
    const { items, total } = await read<Page<Row>>(connection, path + query);
    rows.push(...items);
    if (items.length === 0 || rows.length >= total) {
      if (rows.length !== total) throw new Error(`${path} gives ${rows.length} rows of ${total}.`);
      return rows;
    }
  }
  throw new Error(`${path} has no end.`);
}

async function read<Body>(connection: Connection, path: string): Promise<Body> {
  const outcome = await connection.send({ method: 'GET', path });
  if (outcome.kind !== 'answered' || outcome.status !== 200 || outcome.body === undefined) {
    throw new Error(`GET ${path} gave ${JSON.stringify(outcome)}.`);
  }
  return outcome.body as Body;
}

/** One item after the other on each connection; the results are in the order of the items. */
async function each<Item, Result>(
  connections: readonly Connection[],
  items: readonly Item[],
  work: (connection: Connection, item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      for (let at = next++; at < items.length; at = next++) {
        results[at] = await work(connection, items[at]!);
      }
    }),
  );
  return results;
}
