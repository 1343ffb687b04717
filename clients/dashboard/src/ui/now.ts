import { useEffect, useState } from "preact/hooks";

/** The time in milliseconds since 1970, drawn anew after each `step`. */
export function useNow(step: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), step);
    return () => clearInterval(timer);
  }, [step]);
  return now;
}
