import type { VisitorBrief } from "@livechat/client";
import { useDesk } from "../context.js";
import { pageOf } from "../ui/format.js";

/** Where a visitor is, as far as an agent has noted it. */
export function whereOf({ city, country }: Pick<VisitorBrief, "city" | "country">): string {
  return [city, country].filter(part => part !== null).join(", ");
}

/** What a visitor looks at the site with. */
export function softwareOf({ browser, os }: Pick<VisitorBrief, "browser" | "os">): string {
  return [browser, os].filter(part => part !== null).join(" · ");
}

/** Whether somebody is there: the dot for the eye, and the words. */
export function Presence({ isOnline, says = true }: { readonly isOnline: boolean; readonly says?: boolean }) {
  const { visitors } = useDesk().language.texts;
  const text = isOnline ? visitors.onSite : visitors.away;
  return (
    <span class={`visitor-presence ${isOnline ? "is-online" : ""}`} {...(!says && { title: text })}>
      <span class={isOnline ? "dot online" : "dot"} aria-hidden="true" />
      <span class={says ? "" : "hidden"}>{text}</span>
    </span>
  );
}

interface PageLinkProps {
  readonly address: string;
  /** What the page calls itself. */
  readonly title?: string | null;
}

/** A page of the site; what is no address of the web leads nowhere. */
export function PageLink({ address, title }: PageLinkProps) {
  const short = pageOf(address);
  const text = title ? (
    <>
      <span class="is-cut" dir="auto">
        {title}
      </span>
      <small class="is-cut" dir="ltr">
        {short}
      </small>
    </>
  ) : (
    <span class="is-cut" dir="ltr">
      {short}
    </span>
  );
  return isOfWeb(address) ? (
    <a class="visitor-page" href={address} title={address} target="_blank" rel="noopener noreferrer nofollow">
      {text}
    </a>
  ) : (
    <span class="visitor-page" title={address}>
      {text}
    </span>
  );
}

/** Whether an address is one of the web: a click on any other might run something. */
function isOfWeb(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}
