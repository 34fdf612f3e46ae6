/** An address with a new token, in a tab that shows the page already: from now on the page asks with that one, for the schema first. */
import { useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";
import { takeToken } from "./token";

export function Arrivals(): null {
  const { introspect } = useGraphiQLActions();
  useEffect(() => {
    const arrived = () => {
      if (takeToken()) void introspect();
    };
    window.addEventListener("hashchange", arrived);
    return () => window.removeEventListener("hashchange", arrived);
  }, [introspect]);
  return null;
}
