/** A subscription: a stream of events, which is closed by whoever stops it. */
import type { ExecutionResult } from "graphql";
import { createClient, NetworkError, type RequestParams } from "graphql-sse";
import { answerOf, silence } from "./answer";
import { withHint } from "./hint";
import { stoppable } from "./stoppable";

export const following = (url: string, headers: Headers, request: RequestParams) =>
  stoppable((shown) => {
    const events = createClient({ url, headers: Object.fromEntries(headers), retryAttempts: 0 });
    return events.subscribe(request, {
      next: (event) => shown.next(withHint(event) as ExecutionResult),
      error: async (why) => {
        const answer = why instanceof NetworkError && why.response instanceof Response ? await answerOf(why.response) : silence(why);
        shown.next(answer);
        shown.complete();
      },
      complete: () => shown.complete(),
    });
  });
