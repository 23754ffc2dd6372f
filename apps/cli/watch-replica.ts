import { formatBytes, formatCount, type ReplicaEvent } from './access';
import type { Output } from './output';

/** Tells a person what a restore does: the plan first, then how far it is, and what was left out. */
export function watchReplica(output: Output): (event: ReplicaEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'restoring': {
        // Its time is told at the end, out of the file itself: a listing may know another.
        const size = `${formatBytes(event.totalBytes)} in ${formatCount(event.files, 'file')}`;
        return output.note(`Restoring TXID ${event.txid}: ${size}.`);
      }
      case 'progress':
        return output.progress(event.doneBytes, event.totalBytes, event.elapsedMs);
      case 'found':
        return output.note(event.found);
      default:
    }
  };
}
