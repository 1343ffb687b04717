import type { Plural } from "@livechat/ui";
import type { Placeholder } from "../../responses/fill.js";

/** What the canned responses say. */
export interface Responses {
  readonly intro: string;
  readonly search: string;
  readonly add: string;
  readonly empty: string;
  readonly emptySearch: string;
  readonly edit: string;
  readonly editTitle: string;
  readonly title: string;
  readonly shortcut: string;
  readonly shortcutText: string;
  readonly shortcutTaken: string;
  readonly category: string;
  readonly categoryText: string;
  readonly content: string;
  readonly contentBlank: string;
  readonly placeholders: string;
  readonly placeholdersText: string;
  readonly placeholder: Readonly<Record<Placeholder, string>>;
  readonly removeTitle: string;
  readonly removeText: string;
  readonly tooMany: string;
  readonly found: Plural;
}

const responses: Responses = {
  intro: "Texts that are ready to be sent: type / and the shortcut where you write a message.",
  search: "Search responses",
  add: "New response",
  empty: "There are no responses yet. Write down what you say again and again.",
  emptySearch: "No response begins its words like this.",
  edit: "Edit",
  editTitle: "Edit response",
  title: "Title",
  shortcut: "Shortcut (optional)",
  shortcutText: "What you type after / to find it.",
  shortcutTaken: "Another response has this shortcut.",
  category: "Category (optional)",
  categoryText: "“General” without it.",
  content: "Text",
  contentBlank: "Write the text.",
  placeholders: "Insert",
  placeholdersText: "Names are put in when the response is used. Where a name is not known, nothing is.",
  placeholder: {
    "visitor.name": "Visitor’s name",
    "visitor.email": "Visitor’s email",
    "agent.name": "Your name",
  },
  removeTitle: "Delete response?",
  removeText: "“{title}” is deleted for everybody.",
  tooMany: "There are as many responses as there may be. Delete some first.",
  found: { one: "{n} response", other: "{n} responses" },
};

export default responses;
