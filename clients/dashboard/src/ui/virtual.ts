import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Which rows of a long list are drawn, and how much room those before and after them take. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** In pixels. */
  readonly before: number;
  readonly after: number;
}

/** Rows drawn beyond those in sight, on each side. */
const SPARE = 8;

/** The part of a list of `count` rows, each `height` pixels high, that is in sight of its scrolling `element`. */
export function useWindow(element: RefObject<HTMLElement | null>, count: number, height: number): Window {
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const scrolling = element.current;
    if (!scrolling) {
      return undefined;
    }
    const look = () => setSeen({ top: scrolling.scrollTop, height: scrolling.clientHeight });
    look();
    scrolling.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(scrolling);
    return () => {
      scrolling.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [element]);
  const from = Math.max(0, Math.min(count, Math.floor(seen.top / height)) - SPARE);
  const to = Math.min(count, Math.ceil((seen.top + seen.height) / height) + SPARE);
  return { from, to, before: from * height, after: Math.max(0, count - to) * height };
}
