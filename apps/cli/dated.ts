import { formatTime } from './access';

/** For programs: the same with its time as ISO 8601 in UTC. */
export function dated<T extends { readonly time: number }>(
  item: T,
): Omit<T, 'time'> & { readonly time: string } {
  return { ...item, time: formatTime(item.time) };
}
