/* A question as a pair of types: its request and its answer. */

export interface Ask<Request, Answer> {
  /** only for the type checker; never present at run time */
  readonly types?: (request: Request) => Answer;
}

export const question = <Request, Answer>(): Ask<Request, Answer> => ({});
