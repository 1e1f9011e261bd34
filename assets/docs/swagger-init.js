// Starts Swagger UI on the program's own API description. A file of its own, since the page's
// Content-Security-Policy allows no inline script.
"use strict";

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  // Else it would send the description to validator.swagger.io for a badge.
  validatorUrl: null,
});
