/** What a JWT says (RFC 7519), unchecked; nothing, if it is none. */
export function claims(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const said: unknown = JSON.parse(atob(payload));
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
