// GraphQL over HTTP with fetch: typed documents, sent by their hash, and top-level errors with code and request id.

import type { TypedDocumentString } from './gql/graphql.ts';

/** Sends a document with its variables, and gives its data; throws RequestFailed where the answer has top-level errors, NoAnswer without one. */
export type Send = <Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables) => Promise<Result>;

interface Problem {
  message: string;
  extensions?: { code?: string; requestId?: string };
}

interface Answer<Result> {
  data?: Result | null;
  errors?: [Problem, ...Problem[]];
}

/** The request failed as a whole, or a part of its answer did. Refusals are none of these: they are data, in `userErrors`. */
export class RequestFailed extends Error {
  readonly code: string;
  /** What to ask whoever runs the server about: it is in the log. */
  readonly requestId: string | null;

  constructor(problem: Problem, response: Response) {
    super(problem.message);
    this.code = problem.extensions?.code ?? `HTTP_${response.status}`;
    this.requestId = problem.extensions?.requestId ?? response.headers.get('x-request-id');
  }
}

/** Nothing was answered, or not to its end: nobody knows whether the request was done. */
export class NoAnswer extends Error {
  constructor(url: string, cause: unknown) {
    const { message, cause: reason } = cause as Error & { cause?: { code?: string } };
    super(`${url} does not answer: ${reason?.code ?? message}`, { cause });
  }
}

/** Return what sends documents to a server, with an access token if one is given. */
export function connect(url: string, token?: string): Send {
  const headers = new Headers({
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json, application/json;q=0.9',
  });
  if (token) headers.set('Authorization', `Bearer ${token}`);

  async function whole(response: Promise<Response>): Promise<[Response, string]> {
    try {
      return [await response, await (await response).text()];
    } catch (error) {
      throw new NoAnswer(url, error);
    }
  }

  function parsed<Parsed>(text: string): Parsed {
    try {
      return JSON.parse(text) as Parsed;
    } catch (error) {
      throw new NoAnswer(url, error);
    }
  }

  async function post<Result>(body: object): Promise<Result> {
    const [response, text] = await whole(fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
    if (!response.headers.get('content-type')?.includes('json')) {
      throw new RequestFailed({ message: `the answer is no JSON: ${response.statusText}` }, response); // a proxy's page
    }
    const answer = parsed<Answer<Result>>(text);
    if (answer.errors) throw new RequestFailed(answer.errors[0], response);
    return answer.data as Result;
  }

  return async <Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables) => {
    const hash: string = document.__meta__?.['hash'];
    const body = { variables, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };
    try {
      return await post<Result>(body);
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.code !== 'PERSISTED_QUERY_NOT_FOUND') throw error;
    }
    // The texts are loaded only for a server that does not know them. They are those that were hashed: codegen writes them in its own way.
    const { default: texts } = await import('./gql/persisted-documents.json', { with: { type: 'json' } });
    return post<Result>({ ...body, query: (texts as Record<string, string>)[hash] });
  };
}
