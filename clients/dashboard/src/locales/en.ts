import common from "./en/common.js";
import conversation from "./en/conversation.js";
import figures from "./en/figures.js";
import inbox from "./en/inbox.js";
import oneself from "./en/oneself.js";
import responses from "./en/responses.js";
import team from "./en/team.js";
import visitors from "./en/visitors.js";

const texts = { common, conversation, figures, inbox, oneself, responses, team, visitors };

/** What the dashboard says, by place. */
export type Texts = typeof texts;

export default texts;
