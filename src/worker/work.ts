/* Work in slices: jobs one after another, and background work. */
import type { Job, KeepGoing } from './desk.ts';

export class Work {
  private jobs: Job[] = [];
  /** background work by key; a step returns true when it was the last */
  private readonly aside = new Map<string, () => boolean>();

  /** Whether the first job waits for something external. */
  get waits(): boolean {
    return this.jobs[0]?.waits === true;
  }

  get hasJobs(): boolean {
    return this.jobs.length > 0;
  }

  get hasAside(): boolean {
    return this.aside.size > 0;
  }

  add(job: Job): void {
    this.jobs.push(job);
  }

  /** Acts at once, or after all present jobs. */
  whenIdle(act: () => void): void {
    if (this.jobs.length === 0) act();
    else this.add({ name: 'waiting', run: () => true, progress: () => null, done: act });
  }

  /** Drops the last job if it has that name. */
  dropLast(name: string): void {
    if (this.jobs.at(-1)?.name === name) this.jobs.pop();
  }

  dropJobs(): void {
    this.jobs = [];
  }

  /** Adds background work: steps until one returns true; newer work with the same key replaces it. */
  beside(key: string, step: () => boolean): void {
    this.aside.set(key, step);
  }

  dropAside(): void {
    this.aside.clear();
  }

  /** Runs a slice of the first job; returns the job if it is not done yet, otherwise null. */
  runFirst(keepGoing: KeepGoing): Job | null {
    const job = this.jobs[0];
    if (!job) return null;
    if (!job.run(keepGoing)) return job;
    // jobs started by this one come before those queued later
    const rest = this.jobs.slice(1);
    this.jobs = [];
    job.done();
    this.jobs.push(...rest);
    return null;
  }

  /** Uses the rest of a slice for background work. */
  runAside(keepGoing: KeepGoing): void {
    for (const [key, step] of this.aside) {
      do {
        if (step() && this.aside.get(key) === step) this.aside.delete(key);
      } while (this.aside.get(key) === step && keepGoing());
      if (!keepGoing()) return;
    }
  }
}
