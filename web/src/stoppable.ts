/** What runs until it has an end or is stopped; GraphiQL stops what it subscribes to, and nothing else. */
import type { ExecutionResult } from "graphql";

/** Where answers are shown: the tab in front. */
export interface Shown {
  next: (answer: ExecutionResult) => void;
  complete: () => void;
}

/** Begin when GraphiQL subscribes. A generator would not do: one that waits for an answer hears of its end with the next. */
export function stoppable(begin: (shown: Shown) => () => void) {
  return {
    subscribe(given: unknown) {
      let shown: Shown | null = given as Shown; // it has other forms, which GraphiQL does not use
      const end = begin({
        next: (answer) => shown?.next(answer),
        complete: () => shown?.complete(),
      });
      return {
        unsubscribe: () => {
          shown = null; // what is on its way is of no tab any more
          end();
        },
      };
    },
  };
}
