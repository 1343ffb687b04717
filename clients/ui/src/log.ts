import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** How near to its top a log reads on, and how near to its end it follows it, in pixels. */
const [NEAR_TOP, NEAR_END] = [400, 60] as const;

/** What a log shows. */
export interface Shown {
  /** The number of the first message, and of the last one. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** What the last message is called that one has just written oneself. */
  readonly lastOwn: string | undefined;
  /** All that takes room in it; always as many. */
  readonly content: readonly unknown[];
}

/** A log that keeps in sight what is in sight. */
export interface Log {
  readonly log: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
  /** Brings the message of a number into sight, if it is shown: its element has it as `data-seq`. */
  readonly toMessage: (seq: number) => void;
  /** How many messages have come below what is in sight; undefined while the end is in sight. */
  readonly below: number | undefined;
}

/** Keeps in sight what is in sight when there is more before it, and the end if that was in sight. */
export function useLog({ first, last = 0, lastOwn, content }: Shown, onTop?: () => void): Log {
  const log = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  const height = useRef(0);
  const seen = useRef(0);
  const [isAway, setIsAway] = useState(false);
  const toEnd = () => {
    const element = log.current;
    if (element) {
      element.scrollTop = element.scrollHeight;
      wasAtEnd.current = true;
    }
  };
  const onScroll = () => {
    const element = log.current;
    if (!element) {
      return;
    }
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    wasAtEnd.current = isAtEnd;
    height.current = element.scrollHeight;
    if (isAtEnd) {
      seen.current = last;
    }
    setIsAway(!isAtEnd);
    if (element.scrollTop < NEAR_TOP) {
      onTop?.();
    }
  };
  const toMessage = (seq: number) => {
    const found = log.current?.querySelector(`[data-seq="${seq}"]`);
    if (found) {
      wasAtEnd.current = false;
      found.scrollIntoView({ block: "center" });
    }
  };
  useLayoutEffect(() => {
    const element = log.current;
    if (element && !wasAtEnd.current) {
      element.scrollTop += element.scrollHeight - height.current;
      height.current = element.scrollHeight;
    }
  }, [first]);
  // What one writes oneself is what one wants to see.
  useLayoutEffect(() => {
    if (lastOwn !== undefined) {
      toEnd();
    }
  }, [lastOwn]);
  useLayoutEffect(() => {
    if (wasAtEnd.current) {
      toEnd();
      seen.current = last;
    }
    height.current = log.current?.scrollHeight ?? 0;
  }, [...content]);
  // What comes below the messages takes room from them.
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) {
      return undefined;
    }
    const resized = new ResizeObserver(() => {
      if (wasAtEnd.current) {
        element.scrollTop = element.scrollHeight;
      }
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  return { log, onScroll, toEnd, toMessage, below: isAway ? Math.max(0, last - seen.current) : undefined };
}
