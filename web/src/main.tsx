/** GraphiQL as billhook serves it: everything comes from the server that it asks. */
import { takeToken } from "./token";
import "graphiql/setup-workers/vite";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import "@graphiql/plugin-explorer/style.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import "graphiql/style.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Arrivals } from "./arrivals";
import { fetcher } from "./fetcher";
import { Leaving } from "./leaving";
import { bindWhatIsNamed } from "./shortcuts";
import { storage } from "./storage";
import "./style.css";
import { tabs } from "./tabs";
import { Wrapping } from "./wrapping";

takeToken();
bindWhatIsNamed();

const plugins = [explorerPlugin(), HISTORY_PLUGIN];

const root = document.getElementById("graphiql");
if (root === null) throw new Error("index.html has no #graphiql");
createRoot(root).render(
  <StrictMode>
    <GraphiQL fetcher={fetcher} storage={storage} plugins={plugins} defaultTabs={tabs} shouldPersistHeaders={false}>
      <GraphiQL.Logo>billhook</GraphiQL.Logo>
      <Arrivals />
      <Leaving />
      <Wrapping />
    </GraphiQL>
  </StrictMode>,
);
