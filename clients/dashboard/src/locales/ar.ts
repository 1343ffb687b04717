import common from "./ar/common.js";
import conversation from "./ar/conversation.js";
import figures from "./ar/figures.js";
import inbox from "./ar/inbox.js";
import oneself from "./ar/oneself.js";
import responses from "./ar/responses.js";
import team from "./ar/team.js";
import visitors from "./ar/visitors.js";
import type { Texts } from "./en.js";

const texts: Texts = { common, conversation, figures, inbox, oneself, responses, team, visitors };

export default texts;
