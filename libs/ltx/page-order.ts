import { invalid } from './invalid';
import { lockPage } from './ltx-format';
import { isSnapshot, type LtxHeader } from './ltx-header';

/**
 * Which page may come next, for whoever writes a file and whoever reads one: ascending, within the database, never the
 * lock page; every page of the database in a snapshot; and every page by which the database grew, where the size before
 * is known (a page left out there would bring back what stood at its place before a shrink).
 */
export class PageOrder {
  /** Pages so far. */
  count = 0;
  private last = 0;
  private grown = 0;
  private readonly lock: number;
  private readonly whole: boolean;

  constructor(
    private readonly header: LtxHeader,
    private readonly previousCommit = header.commit,
  ) {
    this.lock = lockPage(header.pageSize);
    this.whole = isSnapshot(header);
  }

  next(pgno: number): void {
    if (pgno === this.lock) throw invalid(`it stores the lock page ${pgno}`);
    if (pgno <= this.last) throw invalid(`page ${pgno} follows page ${this.last}`);
    if (pgno > this.header.commit) {
      throw invalid(`page ${pgno} lies beyond the ${this.header.commit} pages of the database`);
    }
    if (this.whole && pgno !== this.after(this.last)) {
      throw invalid(`page ${this.after(this.last)} is missing in a snapshot`);
    }
    this.last = pgno;
    this.count++;
    if (pgno > this.previousCommit) this.grown++;
  }

  /** Behind the last page. */
  end(): void {
    const { commit } = this.header;
    if (this.whole && this.after(this.last) <= commit) {
      throw invalid(`page ${this.after(this.last)} is missing in a snapshot`);
    }
    if (this.grown < this.mustGrow()) {
      throw invalid(
        `the database grows from ${this.previousCommit} to ${commit} pages by ${this.grown} stored ones`,
      );
    }
  }

  private after(pgno: number): number {
    return pgno + 1 === this.lock ? pgno + 2 : pgno + 1;
  }

  private mustGrow(): number {
    const { commit } = this.header;
    const across = this.lock > this.previousCommit && this.lock <= commit;
    return Math.max(0, commit - this.previousCommit - (across ? 1 : 0));
  }
}
