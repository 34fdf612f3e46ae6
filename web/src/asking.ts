/** A query or a mutation: one answer, which nobody waits for after it is stopped. A mutation may be done all the same. */
import type { RequestParams } from "graphql-sse";
import { answerOf } from "./answer";
import { stoppable } from "./stoppable";

export const asking = (url: string, headers: Headers, request: RequestParams) =>
  stoppable((shown) => {
    const stopping = new AbortController();
    headers.set("Content-Type", "application/json");
    headers.set("Accept", "application/graphql-response+json, application/json;q=0.9");
    const asked = fetch(url, { method: "POST", headers, body: JSON.stringify(request), redirect: "error", signal: stopping.signal });
    void answerOf(asked).then((answer) => {
      shown.next(answer);
      shown.complete();
    });
    return () => stopping.abort();
  });
