import type { Observable } from "@livechat/client";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

/** What an observable is, drawn anew after each change. */
export function useObserved<T>(observable: Observable<T>): T {
  const [, draw] = useState({});
  useEffect(() => {
    draw({});
    return observable.subscribe(() => draw({}));
  }, [observable]);
  return observable.get();
}

/** True once a state has gone on for a while: what passes at once is not worth a word. */
export function useLasting(isSo: boolean, time: number): boolean {
  const [isLasting, setIsLasting] = useState(false);
  useEffect(() => {
    if (!isSo) {
      setIsLasting(false);
      return undefined;
    }
    const timer = setTimeout(() => setIsLasting(true), time);
    return () => clearTimeout(timer);
  }, [isSo, time]);
  return isLasting;
}

/** Keeps a field as high as what is written in it; its style says how high at most. */
export function useGrowing(field: RefObject<HTMLTextAreaElement | null>, content: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element) {
      element.style.height = "auto";
      element.style.height = `${element.scrollHeight + 2}px`;
    }
  }, [field, content]);
}
