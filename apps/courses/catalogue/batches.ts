/** Groups what comes in into arrays of `size`; the last one may be shorter, none is empty. The first `skip` are left out. */
export async function* batches<T>(
  source: AsyncIterable<T>,
  size: number,
  skip: number,
): AsyncGenerator<T[]> {
  let toSkip = skip;
  let batch: T[] = [];
  for await (const item of source) {
    if (toSkip > 0) {
      toSkip -= 1;
      continue;
    }
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
