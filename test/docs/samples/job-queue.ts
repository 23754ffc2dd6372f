import { AsyncResource } from 'node:async_hooks';

/** One job at a time. Each runs in the async context of whoever added it. */
export class JobQueue {
  private readonly jobs: (() => Promise<void>)[] = [];
  private running = false;

  add(job: () => Promise<void>): void {
    this.jobs.push(AsyncResource.bind(job)); // runs where it was added, not where the one before it ended
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift()) await job();
    this.running = false;
  }
}
