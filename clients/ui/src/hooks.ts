import type { Observable } from "@livechat/client";
import { useEffect, useState } from "preact/hooks";

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
