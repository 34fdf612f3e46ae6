/** Sends operations to the server that served the page, with its token; a subscription is answered as a stream of events. */
import type { GraphiQLProps } from "graphiql";
import { type DocumentNode, getOperationAST, GraphQLError, parse } from "graphql";
import { asking } from "./asking";
import { following } from "./following";
import { currentToken } from "./token";

const ADDRESS = "/graphql";
const HEADER = "a name has letters from A to Z, digits, and signs such as - and _, and a value is a text of one line in the letters of Western Europe.";

export const fetcher: GraphiQLProps["fetcher"] = async (typed, options) => {
  const headers = headersWith(options?.headers);
  if (headers instanceof GraphQLError) return { errors: [headers] };
  const document = parsed(typed.query);
  const { query, variables } = typed;
  const operationName = document === null ? typed.operationName : nameIn(document, typed.operationName);
  const request = { query, ...(operationName && { operationName }), ...(variables && { variables }) };
  const kind = document && getOperationAST(document, operationName)?.operation;
  return kind === "subscription" ? following(ADDRESS, headers, request) : asking(ADDRESS, headers, request);
};

/** The document, or null for what is no GraphQL: the server says what is wrong with it. */
function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

/** The name, unless no operation has it: GraphiQL reads the names a moment after the text, and until then gives the name of a text before. */
function nameIn(document: DocumentNode, name: string | null | undefined): string | undefined {
  return name && getOperationAST(document, name) ? name : undefined;
}

/** The token, and what is typed into the pane Headers: that stands above the token, so that another one can be tried. */
function headersWith(typed: Record<string, string> | undefined): Headers | GraphQLError {
  const token = currentToken();
  const headers = new Headers();
  for (const [name, value] of Object.entries({ ...(token !== null && { Authorization: `Bearer ${token}` }), ...typed })) {
    try {
      if (typeof (value as unknown) === "object") throw new TypeError("no text");
      headers.set(name, value);
    } catch {
      return new GraphQLError(`Nothing was sent, because the header ${name} cannot be: ${HEADER}`); // without its value, which may be a token
    }
  }
  return headers;
}
