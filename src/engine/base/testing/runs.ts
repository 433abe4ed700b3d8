/** Property tests take a fixed share in `npm test` and their full count in `npm run soak`. */
export function runs(share: number, full: number): number {
  return process.env.SOAK ? full : share;
}
