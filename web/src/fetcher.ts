/** Sends operations to the server that served the page, with its token; a subscription is answered as a stream of events. */
import type { GraphiQLProps } from "graphiql";
import { type DocumentNode, getOperationAST, parse } from "graphql";
import { answerOf } from "./answer";
import { following } from "./following";
import { currentToken } from "./token";

const ADDRESS = "/graphql";

export const fetcher: GraphiQLProps["fetcher"] = async (typed, options) => {
  const headers = headersWith(options?.headers);
  const document = parsed(typed.query);
  const operation = document === null ? typed : { ...typed, operationName: nameIn(document, typed.operationName) };
  if (document !== null && getOperationAST(document, operation.operationName)?.operation === "subscription") {
    const { query, operationName, variables } = operation;
    return following(ADDRESS, headers, { query, ...(operationName && { operationName }), ...(variables && { variables }) });
  }
  headers.set("Content-Type", "application/json");
  headers.set("Accept", "application/graphql-response+json, application/json;q=0.9");
  return answerOf(fetch(ADDRESS, { method: "POST", headers, body: JSON.stringify(operation), redirect: "error" }));
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
function headersWith(typed: Record<string, string> | undefined): Headers {
  const token = currentToken();
  const headers = new Headers(token === null ? {} : { Authorization: `Bearer ${token}` });
  for (const [name, value] of Object.entries(typed ?? {})) headers.set(name, value);
  return headers;
}
