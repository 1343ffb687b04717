import type { VisitorBrief } from "@livechat/client";
import { useMemo } from "preact/hooks";
import { useDesk } from "../context.js";
import { format } from "../routes.js";
import { dateOf, nameOf, pageOf } from "../ui/format.js";
import { Presence, softwareOf, whereOf } from "./parts.js";

/** The id of the link to a visitor in a list. */
export const rowId = (id: string): string => `visitor-${id}`;

/** The columns' heads. */
export function Head({ time }: { readonly time: string }) {
  const { visitors } = useDesk().language.texts;
  return (
    <thead>
      <tr>
        <th scope="col">{visitors.visitor}</th>
        <th scope="col" class="is-page">
          {visitors.page}
        </th>
        <th scope="col" class="is-where">
          {visitors.where}
        </th>
        <th scope="col" class="is-software">
          {visitors.browser}
        </th>
        <th scope="col" class="is-time">
          {time}
        </th>
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly visitor: VisitorBrief;
  /** Since when it is there, or when it was last. */
  readonly at: string;
  /** How that is said. */
  readonly time: string;
  readonly isShown: boolean;
}

/** A visitor in a list. One that has not changed is not drawn again: there may be hundreds. */
export function Row({ visitor, at, time, isShown }: RowProps) {
  return useMemo(
    () => <Cells visitor={visitor} at={at} time={time} isShown={isShown} />,
    [visitor, at, time, isShown],
  );
}

function Cells({ visitor, at, time, isShown }: RowProps) {
  const { language } = useDesk();
  const { _id, currentPage, isOnline, email, name } = visitor;
  const page = currentPage === null ? "" : pageOf(currentPage);
  return (
    <tr class={isShown ? "is-shown" : ""}>
      <th scope="row">
        <span class="visitors-name">
          <Presence isOnline={isOnline} says={false} />
          <a
            id={rowId(_id)}
            class="is-cut"
            dir="auto"
            href={format({ place: "visitors", id: _id })}
            aria-current={isShown ? "true" : undefined}
          >
            {nameOf(language, visitor)}
          </a>
        </span>
        <div class="visitors-under">
          {name !== null && email !== null && (
            <small class="is-cut" dir="ltr">
              {email}
            </small>
          )}
          {page && (
            <small class="visitors-page is-cut" dir="ltr">
              {page}
            </small>
          )}
        </div>
      </th>
      <td class="is-page" title={currentPage ?? ""}>
        <div class="is-cut" dir="ltr">
          {page}
        </div>
      </td>
      <td class="is-where">
        <div class="is-cut" dir="auto">
          {whereOf(visitor)}
        </div>
      </td>
      <td class="is-software">{softwareOf(visitor)}</td>
      <td class="is-time">
        <time dateTime={at} title={dateOf(language, at)}>
          {time}
        </time>
      </td>
    </tr>
  );
}
