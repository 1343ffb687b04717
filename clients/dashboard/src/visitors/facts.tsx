import type { Visitor } from "@livechat/client";
import type { ComponentChildren } from "preact";
import { useDesk } from "../context.js";
import { count, dateOf, span } from "../ui/format.js";
import { PageLink, softwareOf, whereOf } from "./parts.js";

/** What is known of a visitor beside who it is and where it goes. */
export function Facts({ visitor }: { readonly visitor: Visitor }) {
  const { language } = useDesk();
  const { visitors } = language.texts;
  const { ipAddress, referrer, visitCount, totalTimeOnSite, createdAt, lastSeen, isOnline } = visitor;
  const where = whereOf(visitor);
  const software = softwareOf(visitor);
  return (
    <section class="visitor-part">
      <h3>{visitors.facts}</h3>
      <dl class="visitor-facts">
        <Fact name={visitors.where}>{where && <span dir="auto">{where}</span>}</Fact>
        <Fact name={visitors.address}>{ipAddress && <bdi dir="ltr">{ipAddress}</bdi>}</Fact>
        <Fact name={visitors.browser}>{software}</Fact>
        <Fact name={visitors.referrer}>{referrer && <PageLink address={referrer} />}</Fact>
        <Fact name={visitors.visits}>{count(language, visitCount)}</Fact>
        <Fact name={visitors.timeOnSite}>{totalTimeOnSite > 0 && span(language, totalTimeOnSite)}</Fact>
        <Fact name={visitors.firstSeen}>{dateOf(language, createdAt)}</Fact>
        <Fact name={visitors.lastSeen}>{!isOnline && dateOf(language, lastSeen)}</Fact>
      </dl>
    </section>
  );
}

/** A line of it; what is not known is not said. */
function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : null;
}
