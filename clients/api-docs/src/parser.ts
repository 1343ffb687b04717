// Of AsyncAPI's parser what shows a document that is parsed: the rest makes code of schemas, which the page's policy
// does not allow, and is large.
export {
  isAsyncAPIDocument,
  isOldAsyncAPIDocument,
  isStringifiedDocument,
  toAsyncAPIDocument,
} from "@asyncapi/parser/esm/document.js";
export { Schema as SchemaV2 } from "@asyncapi/parser/esm/models/v2/schema.js";
export { unstringify } from "@asyncapi/parser/esm/stringify.js";
