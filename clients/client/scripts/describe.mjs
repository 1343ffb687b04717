// Makes the types of the wire, `src/description.ts`, of the backend's own description.

import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const described = new URL("../../../functions/pages/assets/api/", import.meta.url);
const target = new URL("../src/description.ts", import.meta.url);

const read = async name => JSON.parse(await readFile(new URL(name, described), "utf8"));
const [openapi, asyncapi] = await Promise.all(["openapi.json", "asyncapi.json"].map(read));

const messages = asyncapi.channels.live.messages;
const data = key => messages[key].payload.properties.data;
/** An object type with the data of each of these messages, by their events. */
const byEvent = entries => ({
  type: "object",
  required: entries.map(([event]) => event),
  properties: Object.fromEntries(entries),
});
const keys = Object.keys(messages);
const sent = keys.filter(key => `ack.${key}` in messages);
const schemas = {
  ...openapi.components.schemas,
  ...asyncapi.components.schemas,
  Sent: byEvent(sent.map(event => [event, data(event)])),
  Acks: byEvent(sent.map(event => [event, data(`ack.${event}`)])),
  Pushed: byEvent(
    keys.filter(key => key.startsWith("server.")).map(key => [key.slice("server.".length), data(key)]),
  ),
};
const merged = { ...openapi, components: { ...openapi.components, schemas } };
const types = await openapiTS(merged, { defaultNonNullable: false, alphabetize: true });
const head = "// Made by `npm run describe` of the backend's description; do not edit.\n\n";
await writeFile(target, head + astToString(types));
