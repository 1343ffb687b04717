import "@asyncapi/react-component/styles/default.min.css";
import "./page.css";
import "./events.css";
import { AsyncApiComponentWP as AsyncApi } from "@asyncapi/react-component";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { followColors } from "./dark.js";

const CONFIG = {
  show: { errors: false, sidebar: true },
  // What is received at the server is what clients send.
  replyLabel: "send",
  sendLabel: "push",
};

followColors();
const answer = await fetch("/api/docs/events.json");
const viewer = document.querySelector("#viewer");
if (viewer) {
  const schema = await answer.json();
  createRoot(viewer).render(createElement(AsyncApi, { schema, config: CONFIG }));
}
