import type { Failure } from "@livechat/client";
import { fill } from "@livechat/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Language } from "../context.js";
import { failureOf } from "../errors.js";

/** Something that somebody can have done. */
export interface Action<Arguments extends readonly unknown[]> {
  /** Does it; true if it went well. */
  readonly run: (...given: Arguments) => Promise<boolean>;
  readonly isBusy: boolean;
  /** Why it did not work the last time. */
  readonly failure: Failure | undefined;
  /** Forgets why. */
  readonly reset: () => void;
}

/** Something that can be done, the same once at a time, and may fail. */
export function useAction<Arguments extends readonly unknown[]>(
  work: (...given: Arguments) => Promise<unknown>,
): Action<Arguments> {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const running = useRef<{ readonly given: Arguments; readonly end: Promise<unknown> } | undefined>(
    undefined,
  );
  const attempt = async (given: Arguments): Promise<boolean> => {
    setIsBusy(true);
    setFailure(undefined);
    try {
      await work(...given);
      return true;
    } catch (error) {
      setFailure(failureOf(error));
      return false;
    } finally {
      running.current = undefined;
      setIsBusy(false);
    }
  };
  const run = async (...given: Arguments): Promise<boolean> => {
    const before = running.current;
    if (before?.given.every((argument, at) => argument === given[at])) {
      return false;
    }
    // Something else that is wanted meanwhile comes after it.
    await before?.end;
    const end = attempt(given);
    running.current = { given, end };
    return end;
  };
  return { run, isBusy, failure, reset: () => setFailure(undefined) };
}

/** What is read, and read again when what it depends on changes. */
export interface Reading<T> {
  readonly data: T | undefined;
  readonly failure: Failure | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Reads something, anew for each `key`; what comes too late is dropped. */
export function useReading<T>(key: string, read: () => Promise<T>): Reading<T> {
  const [state, setState] = useState<Omit<Reading<T>, "reload"> & { key: string }>({
    key,
    data: undefined,
    failure: undefined,
    isLoading: true,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    setState(before => ({
      key,
      data: before.key === key ? before.data : undefined,
      failure: undefined,
      isLoading: true,
    }));
    read().then(
      data => isWanted && setState({ key, data, failure: undefined, isLoading: false }),
      error =>
        isWanted && setState(({ data }) => ({ key, data, failure: failureOf(error), isLoading: false })),
    );
    return () => {
      isWanted = false;
    };
  }, [key, turn]);
  const { data, failure, isLoading } = state;
  return { data: state.key === key ? data : undefined, failure, isLoading, reload: () => setTurn(turn + 1) };
}

/** What is said of a failure. */
export function sentence({ texts: { common } }: Language, { code, message }: Failure): string {
  return common.errors[code] ?? fill(common.failed, { why: message });
}
