/* What a question is: its request and its answer as a pair of types. */

export interface Ask<Request, Answer> {
  /** for the type checker alone; never there */
  readonly types?: (request: Request) => Answer;
}

export const question = <Request, Answer>(): Ask<Request, Answer> => ({});
