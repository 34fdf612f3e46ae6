/** The tabs that a browser opens the first time: the story of the README, step by step, each with a comment of what one will see. */

const files = import.meta.glob<string>("./tabs/*.graphql", { query: "?raw", import: "default", eager: true });

export const tabs = Object.keys(files)
  .sort()
  .map((name) => ({ query: files[name] ?? "" }));
