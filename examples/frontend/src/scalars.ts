// What the scalars of billhook are in TypeScript.

declare const id: unique symbol;

/** An id as the API gave it. A text that was put together is none, so TypeScript takes only what came from an answer. */
export type Id = string & { readonly [id]: true };

/** An exact number such as "200.00". It is never a `number`: 0.1 + 0.2 is not 0.3 there, and money is no estimate. */
export type Decimal = string;

/** A day of the calendar, such as "2026-01-31". It is no `Date`, which is a moment and another day elsewhere. */
export type Day = string;
