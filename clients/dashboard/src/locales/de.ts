import common from "./de/common.js";
import conversation from "./de/conversation.js";
import figures from "./de/figures.js";
import inbox from "./de/inbox.js";
import oneself from "./de/oneself.js";
import responses from "./de/responses.js";
import team from "./de/team.js";
import visitors from "./de/visitors.js";
import type { Texts } from "./en.js";

const texts: Texts = { common, conversation, figures, inbox, oneself, responses, team, visitors };

export default texts;
