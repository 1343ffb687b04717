import type { Responses } from "../en/responses.js";

const responses: Responses = {
  intro: "Texte, die fertig zum Senden sind: Tippen Sie beim Schreiben einer Nachricht / und das Kürzel.",
  search: "Textbausteine suchen",
  add: "Neuer Textbaustein",
  empty: "Es gibt noch keine Textbausteine. Schreiben Sie auf, was Sie immer wieder sagen.",
  emptySearch: "In keinem Textbaustein beginnt ein Wort so.",
  edit: "Bearbeiten",
  editTitle: "Textbaustein bearbeiten",
  title: "Titel",
  shortcut: "Kürzel (freiwillig)",
  shortcutText: "Was Sie nach / tippen, um ihn zu finden.",
  shortcutTaken: "Ein anderer Textbaustein hat dieses Kürzel.",
  category: "Kategorie (freiwillig)",
  categoryText: "Ohne sie „General“.",
  content: "Text",
  contentBlank: "Schreiben Sie den Text.",
  placeholders: "Einfügen",
  placeholdersText:
    "Namen werden eingesetzt, wenn der Textbaustein verwendet wird. Wo ein Name nicht bekannt ist, steht nichts.",
  placeholder: {
    "visitor.name": "Name des Besuchers",
    "visitor.email": "E-Mail des Besuchers",
    "agent.name": "Ihr Name",
  },
  removeTitle: "Textbaustein löschen?",
  removeText: "„{title}“ wird für alle gelöscht.",
  tooMany: "Es gibt so viele Textbausteine, wie es geben darf. Löschen Sie zuerst einige.",
  found: { one: "{n} Textbaustein", other: "{n} Textbausteine" },
};

export default responses;
