/* What a question is: its request and its answer as a pair of types, and what the worker needs before it can answer. */

export interface Ask<Request, Answer> {
  /** answering needs the engine's late part (src/engine/late.ts) */
  readonly late: boolean;
  /** for the type checker alone; never there */
  readonly types?: (request: Request) => Answer;
}

export const question = <Request, Answer>(options: { readonly late: boolean }): Ask<Request, Answer> => options;
