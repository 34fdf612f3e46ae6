/** A subscription: a stream of events, which is closed by whoever stops it. */
import type { ExecutionResult } from "graphql";
import { createClient, NetworkError, type RequestParams, type Sink } from "graphql-sse";
import { answerOf, silence } from "./answer";
import { withHint } from "./hint";

/** The events as GraphiQL takes them. A generator would not do: one that waits for an event hears of its end with the next. */
export function following(url: string, headers: Headers, request: RequestParams) {
  return {
    subscribe(given: unknown) {
      let shown: Sink<ExecutionResult> | null = given as Sink<ExecutionResult>; // it has other forms, which GraphiQL does not use
      const events = createClient({ url, headers: Object.fromEntries(headers), retryAttempts: 0 });
      const close = events.subscribe(request, {
        next: (event) => shown?.next(withHint(event) as ExecutionResult),
        error: async (why) => {
          const answer = why instanceof NetworkError && why.response instanceof Response ? await answerOf(why.response) : silence(why);
          shown?.next(answer);
          shown?.complete();
        },
        complete: () => shown?.complete(),
      });
      return {
        unsubscribe: () => {
          shown = null; // what is on its way is of no tab any more
          close();
        },
      };
    },
  };
}
