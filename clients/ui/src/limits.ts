/** The longest message, in characters (`docs/protocol.md`, Messages). */
export const LONGEST_MESSAGE = 8_000;
