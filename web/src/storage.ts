/** What GraphiQL remembers in this browser: tabs, history and the layout, but never a header, because headers hold tokens. */

const OURS = "graphiql:";
const WITH_HEADERS = ["tabState", "queries", "favorites"].map((name) => OURS + name);

const names = () => Object.keys(localStorage).filter((name) => name.startsWith(OURS));

/** A storage over localStorage that leaves every header out. GraphiQL's history would keep them, whatever else it is told. */
export const storage = {
  getItem: (name: string) => localStorage.getItem(name),
  setItem: (name: string, value: string) => {
    if (name === `${OURS}headers`) return;
    localStorage.setItem(name, WITH_HEADERS.includes(name) ? withoutHeaders(value) : value);
  },
  removeItem: (name: string) => localStorage.removeItem(name),
  clear: () => names().forEach((name) => localStorage.removeItem(name)),
  get length() {
    return names().length;
  },
};

function withoutHeaders(json: string): string {
  return JSON.stringify(JSON.parse(json), (name, value: unknown) => (name === "headers" ? null : value));
}
