/* Work in slices: jobs one after another, and beside them what nothing waits for. */
import type { Job, KeepGoing } from './desk.ts';

export class Work {
  private jobs: Job[] = [];
  /** by key: a step of it, true when it was the last */
  private readonly aside = new Map<string, () => boolean>();

  /** The first job waits for something from outside. */
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

  /** At once, or after all jobs that there are. */
  whenIdle(act: () => void): void {
    if (this.jobs.length === 0) act();
    else this.add({ name: 'waiting', run: () => true, progress: () => null, done: act });
  }

  /** Takes back the last job, where it has that name. */
  dropLast(name: string): void {
    if (this.jobs.at(-1)?.name === name) this.jobs.pop();
  }

  dropJobs(): void {
    this.jobs = [];
  }

  /** Steps until one returns true; of the same key the newest wins. */
  beside(key: string, step: () => boolean): void {
    this.aside.set(key, step);
  }

  dropAside(): void {
    this.aside.clear();
  }

  /** A slice of the first job. Returns the job where it is not done yet, and null otherwise. */
  runFirst(keepGoing: KeepGoing): Job | null {
    const job = this.jobs[0];
    if (!job) return null;
    if (!job.run(keepGoing)) return job;
    // what follows from this job comes before what was asked for later
    const rest = this.jobs.slice(1);
    this.jobs = [];
    job.done();
    this.jobs.push(...rest);
    return null;
  }

  /** What is left of a slice belongs to what nothing waits for. */
  runAside(keepGoing: KeepGoing): void {
    for (const [key, step] of this.aside) {
      do {
        if (step() && this.aside.get(key) === step) this.aside.delete(key);
      } while (this.aside.get(key) === step && keepGoing());
      if (!keepGoing()) return;
    }
  }
}
