/** Sends operations to the server that served the page, with its token. */
import type { GraphiQLProps } from "graphiql";
import { currentToken } from "./token";

export const fetcher: GraphiQLProps["fetcher"] = async (operation, options) => {
  const token = currentToken();
  const headers = new Headers(token === null ? {} : { Authorization: `Bearer ${token}` });
  // what is typed into the pane Headers stands above the token, so that another one can be tried
  for (const [name, value] of Object.entries<string>(options?.headers ?? {})) headers.set(name, value);
  headers.set("Content-Type", "application/json");
  headers.set("Accept", "application/graphql-response+json, application/json;q=0.9");
  const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(operation), redirect: "error" });
  return answer.json();
};
