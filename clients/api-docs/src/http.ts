import "swagger-ui-dist/swagger-ui.css";
import "./page.css";
import "./http.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import { followColors } from "./dark.js";

followColors();
SwaggerUI({
  url: "/api/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  // Nobody else is asked whether the document is right.
  validatorUrl: null,
});
